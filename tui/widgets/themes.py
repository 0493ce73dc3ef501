"""The looks: one dark theme whose every colour is an entry of the 256-colour palette.

Over SSH most terminals show 256 colours, so a theme made of palette entries looks the same with and without true
colour.
"""

from textual.theme import Theme

from tui.presentation.tones import DARK

__all__ = ["HEADCOUNT"]

HEADCOUNT = Theme(
    name=DARK,
    dark=True,
    primary="#5f87d7",
    secondary="#87afaf",
    accent="#d7af5f",
    foreground="#d0d0d0",
    background="#121212",
    surface="#121212",
    panel="#262626",
    success="#87d787",
    warning="#d7af5f",
    error="#ff8787",
    variables={
        "text-success": "#87d787",
        "text-warning": "#d7af5f",
        "text-error": "#ff8787",
        "text-accent": "#d7af5f",
        "foreground-muted": "#8a8a8a",
        "panel-lighten-2": "#444444",
        "error-muted": "#5f0000",
        "block-cursor-background": "#005f87",
        "block-cursor-foreground": "#ffffff",
        "block-cursor-text-style": "none",
        "block-cursor-blurred-background": "#303030",
        "block-cursor-blurred-foreground": "#d0d0d0",
        "input-selection-background": "#005f87",
    },
)
