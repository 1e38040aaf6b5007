"""The server: the console at /, the HTTP API at /api, background jobs in its lifespan."""

import streamlit as st

from emergency import bootstrap
from emergency.api import api
from emergency.console import assets
from emergency.jobs.lifespan import lifespan

app = st.App(
    "emergency/console/main.py",
    routes=[api.mount(), *assets.routes(lambda: bootstrap.running().content.regions.assets())],
    middleware=api.middleware(),
    lifespan=lifespan,
)
