"""Starts `tutor` as always, with discord.py pointed at the Discord of the first argument."""

import sys

import discord
import yarl
from discord.gateway import DiscordWebSocket

from bot.cli import main

address, *arguments = sys.argv[1:]
discord.http.Route.BASE = f"{address}/api/v10"
DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(f"{address.replace('http', 'ws')}/gateway")
sys.exit(main(arguments))
