"""Same story? One pure decision, its signals, its vetoes, its index and its second thoughts."""
