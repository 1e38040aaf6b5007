"""The server: the console at /, the HTTP API at /api, background jobs in its lifespan."""

import streamlit as st

from emergency.api import api
from emergency.console.assets import asset_mount
from emergency.jobs.lifespan import lifespan

app = st.App(
    "emergency/console/main.py",
    routes=[api.mount(), asset_mount()],
    middleware=api.middleware(),
    lifespan=lifespan,
)
