"""Outside files to accepted columns and reasoned rejects."""
