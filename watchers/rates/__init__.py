"""Official rates: six central banks' tables, read, judged, kept, and compared with thresholds."""
