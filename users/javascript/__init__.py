"""JavaScript that administrators write, run in processes of its own, each script with limits.

`script` has the types, `pool` runs scripts, `worker` is one worker process as its parent sees it, and
`process` is the code that runs inside it. Knows no Django.
"""
