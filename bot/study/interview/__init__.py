"""Mock interviews: who does what, the agenda and its clock, the bot as interviewer, scores. Pure, like all of study."""
