"""Where the content of attachments is kept, and how a file is known to be what it is said to be."""
