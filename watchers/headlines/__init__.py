"""What a headline says, in six languages: its words' concepts, its slots, tolls, denials."""
