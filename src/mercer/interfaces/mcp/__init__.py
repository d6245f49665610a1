"""The interface for AI agents: every operation a tool, over standard input and output or over HTTP."""
