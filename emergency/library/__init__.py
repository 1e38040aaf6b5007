"""Our own content files become domain values: rules, playbooks, drills, mappings.

Everything is read strictly, and every fault of a file is said at once with its line.
"""

from emergency.library.drills import load_drill
from emergency.library.faults import Fault, FileFaults, NotOnShelf
from emergency.library.mapping import load_mapping
from emergency.library.playbooks import load_playbook
from emergency.library.rules import load_rules
from emergency.library.shelf import Library
from emergency.library.tables import Rate, Rates, load_rates, load_visits

__all__ = [
    "Fault",
    "FileFaults",
    "Library",
    "NotOnShelf",
    "Rate",
    "Rates",
    "load_drill",
    "load_mapping",
    "load_playbook",
    "load_rates",
    "load_rules",
    "load_visits",
]
