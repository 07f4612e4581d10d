"""Whatever the outside can send, thrown at the doors it comes in by.

The suite tries a little; `make fuzz MINUTES=60` goes on for an hour. What was once found, and
samples to begin from, lie in `corpus/`: each file is tried as it is, and changed in places.
"""
