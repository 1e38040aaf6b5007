"""A server with one page on which the map and the look are tried out, without the rest of the house."""

import os
from pathlib import Path

import streamlit as st

from emergency.console import assets

REGIONS = Path(os.environ["DEMO_REGIONS"])

app = st.App("main.py", routes=assets.routes({"regions": REGIONS}))
