"""What the role of a public node may do with pages. Drafts are revisions, which it cannot read."""

from __future__ import annotations

from permissions.walls.public_node import PublicGrant

PUBLIC: tuple[PublicGrant, ...] = (
    *(
        PublicGrant(table, "the pages that editors write")
        for table in (
            "marugoto_pages_homepage",
            "marugoto_pages_contentpage",
            "marugoto_pages_consultationpage",
            "marugoto_pages_centersettings",
        )
    ),
    *(
        PublicGrant(table, "Wagtail finds and serves the page")
        for table in (
            "wagtailcore_page",
            "wagtailcore_site",
            "wagtailcore_locale",
            "wagtailcore_pageviewrestriction",
            "wagtailcore_collection",
            "wagtailcore_collectionviewrestriction",
            "wagtailredirects_redirect",
            "wagtailimages_image",
            "wagtaildocs_document",
        )
    ),
    PublicGrant(
        "wagtailimages_rendition",
        "a picture gets its size when it is first shown",
        rights=("SELECT", "INSERT"),
    ),
)
