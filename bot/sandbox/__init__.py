"""The isolated worker that runs other people's snippets, and the client that the house talks to it with.

Nothing here imports the rest of the house: what runs beside hostile code stays small enough to read in one sitting.
"""
