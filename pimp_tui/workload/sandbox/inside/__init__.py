"""What runs inside the sandbox: standard library only, imported there as the package ``inside``.

Two processes share a sandbox. The *checker* holds the test and gives the verdict; the *candidate*
holds the generated program and answers calls with plain data. The candidate is forked before the
checker has read its job, so that neither the test nor the nonce is ever in its memory.
"""
