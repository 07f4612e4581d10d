"""Backups: whole, checked copies of the file, sealed, in a folder, kept by age, and put back."""
