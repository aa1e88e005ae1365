"""What an operator runs and reads: serving, measures, the doctor, backup and restore."""
