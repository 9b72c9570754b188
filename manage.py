#!/usr/bin/env python
from marugoto_site.__main__ import main

if __name__ == "__main__":
    main("marugoto_site.settings.demo")
