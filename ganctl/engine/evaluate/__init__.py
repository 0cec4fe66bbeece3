"""How good images are: judges that know only real ones, and what they measure."""
