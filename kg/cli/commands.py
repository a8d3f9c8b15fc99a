"""The table of commands: name, where it is, one line of help. Importing it imports no command."""

from __future__ import annotations

COMPLETE = "_KG_COMPLETE"
"""The variable by which a shell asks for completions."""

COMMANDS: dict[str, tuple[str, str]] = {
    "init": ("kg.cli.maintain:init", "Make a folder a workspace."),
    "add": ("ingest.cli.add:add", "Add lists to the graph and fetch the papers they name."),
    "import": ("kg.cli.imports:import_", "Bring back an export of your own, or take in arXiv's snapshot."),
    "sources": ("kg.cli.maintain:sources", "Show or remove the sources of this workspace."),
    "refresh": ("ingest.cli.refresh:refresh", "Read the sources again and bring paper metadata up to date."),
    "schedule": ("ingest.cli.schedule:schedule", "Let the machine refresh this workspace once a day."),
    "items": ("ingest.cli.items:items", "Show how each line of a list is read, and why."),
    "search": ("kg.cli.read:search", "Find nodes by words and filters."),
    "show": ("kg.cli.read:show", "Show a node and its edges."),
    "why": ("kg.cli.read:why", "Show the receipts of a node or of one edge."),
    "paper": ("kg.cli.paper:paper", "Show a paper, how fresh its record is, and its history."),
    "changes": ("exports.cli.changes:changes", "Show what lists and papers have done; as Atom, too."),
    "path": ("kg.cli.read:path", "Show how two nodes are connected."),
    "check": ("kg.cli.check:check", "Look for what is wrong in lists, papers and the graph."),
    "suggest": (
        "ingest.cli.suggest:suggest",
        "Propose changes of a list, as a patch.",
    ),
    "correct": ("kg.cli.correct:correct", "Correct the graph; corrections outrank all rules."),
    "mark": ("kg.cli.mark:mark", "Mark what you have read, like, want to read; tag it, take notes."),
    "export": ("exports.cli.export:export", "Write the graph as Turtle or in another format."),
    "diff": ("exports.cli.diff:diff", "Show what two graphs say differently."),
    "sparql": ("exports.cli.sparql:sparql", "Ask the graph in SPARQL; some questions come along."),
    "serve": ("exports.cli.serve:serve", "Answer SPARQL over HTTP, on this machine."),
    "stats": ("kg.cli.read:stats", "Count nodes, edges and papers."),
    "backup": ("kg.cli.maintain:backup", "Copy the database, safely at any time."),
    "doctor": ("kg.cli.maintain:doctor", "Check the installation and the workspace."),
    "completion": ("kg.cli.maintain:completion", "Print the completion script of a shell."),
    "tui": ("tui.cli.tui:tui", "Browse the graph in the terminal."),
}
