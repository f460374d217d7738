"""The pages, one file each: a router, and the view that page and twin are made from."""
