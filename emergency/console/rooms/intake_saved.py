"""Intake: a file under a mapping that is there already; ten masked rows as the import will read them."""

from __future__ import annotations

from typing import Any

import streamlit as st

from emergency.console import look
from emergency.console.desk import Desk
from emergency.console.rooms.intake_mapping import on_disk, spoken_all
from emergency.service import mappings
from emergency.service.mappings import Proposed, Seen


def show(desk: Desk, file: Any, proposed: Proposed, mapping: str) -> bool:
    """The mapping's columns over ten rows, or why it cannot read the file; whether it can."""
    say, found = desk.say, _seen(desk, file, proposed, mapping)
    look.section(say("How {mapping} reads this file", mapping=mapping))
    if found.refused:
        st.error(look.plain(spoken_all(desk, found.refused)))
        st.caption(say("Choose another mapping above, or have one proposed from this file."))
        return False
    st.caption(say("Read as the import reads it. Names, phones, identity and house numbers are masked."))
    if found.unread_money:
        names = look.plain(say(", ").join(found.unread_money))
        st.warning(
            say(
                "{columns} would not be read: these amounts would not come in. Propose a mapping from this"
                " file to take them.",
                columns=names,
            )
        )
    row: list[str | look.Cell] = [
        look.Cell(say(", ").join(say(m) for m in taken), "ok", framed=True) if taken else say("not read")
        for taken in found.taken
    ]
    with st.container(key="em-preview"):
        look.table(found.header, [row, *found.rows])
    return True


def _seen(desk: Desk, file: Any, proposed: Proposed, mapping: str) -> Seen:
    """What the mapping makes of the file, worked out once."""
    encoding = proposed.draft.encoding
    version = str(desk.ctx.content.library.mappings()[mapping][0])
    key = (desk.ctx.store.name, file.file_id, mapping, encoding, hash(version))
    kept = st.session_state.get("saved-mapping-seen")
    if kept and kept[0] == key:
        found: Seen = kept[1]
        return found
    with on_disk(file) as path:
        found = mappings.seen(desk.ctx, path, mapping, proposed.proposal, encoding)
    st.session_state["saved-mapping-seen"] = (key, found)
    return found
