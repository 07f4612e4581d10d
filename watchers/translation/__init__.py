"""Translation: headlines and leads in the reader's language, by the operator's service.

Off by default. Nobody waits for it: what is shown meanwhile is the original, and whatever a
translator fails at stays so.
"""
