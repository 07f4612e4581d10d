"""``python -m bot``: the ``steppewire`` command."""

from bot.cli import main

if __name__ == "__main__":
    main(prog_name="steppewire")
