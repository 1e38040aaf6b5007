"""What an import has to say beside its counts."""
