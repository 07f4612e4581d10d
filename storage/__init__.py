"""What SteppeWire knows and keeps: the words of the domain and all SQL."""
