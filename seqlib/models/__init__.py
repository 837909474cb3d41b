"""The torch models of the course, and the recipes that train them."""
