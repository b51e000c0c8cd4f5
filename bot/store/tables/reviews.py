"""What a person learns: the review log, the cards, preferences, and the timers."""
