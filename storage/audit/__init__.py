"""The audit: whether the rows of a database add up, by laws and by books. It writes nothing."""
