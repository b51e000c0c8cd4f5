"""Mock interviews, their transcripts and their scorecards."""
