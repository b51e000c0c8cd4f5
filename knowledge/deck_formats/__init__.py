"""Files of questions that people write themselves: CSV, JSON, Anki packages and the corpus's own Markdown.

Every format is read from bytes into drafts and faults, and written from drafts into bytes; nothing here knows Discord
or a database, and nothing touches the disk. What is read comes from strangers: `apart` does it in a process of its own.
"""
