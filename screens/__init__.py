"""The screens: a folder for each area, and what several areas are made of in `screens.shared`."""
