"""Families of functions over lists of numbers, by value and by position."""

from __future__ import annotations

from pimp_tui.workload.micro_coder.instance import Family

SMALL = range(2, 41)
LIMITS = range(61)
SIZES = range(2, 31)

NUMBERS: tuple[Family, ...] = (
    Family(
        "add_each",
        "ints",
        {"k": range(1, 61)},
        ("add_$k", "add_to_each", "shift_values"),
        (
            "Add $k to each number in $a.",
            "Return a list of all $a increased by $k.",
            "Increase every element of $a by $k.",
        ),
        "return [x + $k for x in $a]",
    ),
    Family(
        "multiply_each",
        "ints",
        {"k": SMALL},
        ("times_$k", "multiply_each", "scale_values"),
        (
            "Multiply each number in $a by $k.",
            "Return a list of all $a times $k.",
            "Scale every element of $a by a factor of $k.",
        ),
        "return [x * $k for x in $a]",
    ),
    Family(
        "keep_above",
        "ints",
        {"k": LIMITS},
        ("keep_above_$k", "filter_large", "above_limit"),
        (
            "Keep only the numbers in $a greater than $k.",
            "Return the $a that are above $k.",
            "Drop every element of $a that is $k or less.",
        ),
        "return [x for x in $a if x > $k]",
    ),
    Family(
        "keep_below",
        "ints",
        {"k": LIMITS},
        ("keep_below_$k", "filter_small", "below_limit"),
        (
            "Keep only the numbers in $a less than $k.",
            "Return the $a that are below $k.",
            "Drop every element of $a that is $k or more.",
        ),
        "return [x for x in $a if x < $k]",
    ),
    Family(
        "count_equal",
        "ints",
        {"k": LIMITS},
        ("count_$k", "count_equal", "occurrences"),
        ("Count how often $k occurs in $a.", "Return the number of times $k appears in $a."),
        "return $a.count($k)",
    ),
    Family(
        "count_above",
        "ints",
        {"k": LIMITS},
        ("count_above_$k", "count_large", "how_many_above"),
        ("Count the numbers in $a greater than $k.", "Return how many of the $a are above $k."),
        "return sum(1 for x in $a if x > $k)",
    ),
    Family(
        "sum_multiples",
        "ints",
        {"k": SMALL},
        ("sum_multiples_of_$k", "sum_multiples", "add_up_multiples"),
        ("Sum the numbers in $a divisible by $k.", "Return the sum of all multiples of $k in $a."),
        "return sum(x for x in $a if x % $k == 0)",
    ),
    Family(
        "any_above",
        "ints",
        {"k": LIMITS},
        ("any_above_$k", "has_large", "exceeds"),
        (
            "Tell whether any number in $a is greater than $k.",
            "Return True if at least one of the $a is above $k.",
        ),
        "return any(x > $k for x in $a)",
    ),
    Family(
        "all_below",
        "ints",
        {"k": LIMITS},
        ("all_below_$k", "all_small", "within_limit"),
        (
            "Tell whether all numbers in $a are less than $k.",
            "Return True if every one of the $a is below $k.",
        ),
        "return all(x < $k for x in $a)",
    ),
    Family(
        "clip",
        "ints",
        {"low": range(-9, 10, 3), "high": range(10, 50, 3)},
        ("clip_values", "clamp", "limit_range"),
        (
            "Clip each number in $a to the range $low to $high.",
            "Limit every element of $a to at least $low and at most $high.",
        ),
        "return [min(max(x, $low), $high) for x in $a]",
    ),
    Family(
        "remove_value",
        "ints",
        {"k": LIMITS},
        ("remove_$k", "remove_value", "without_value"),
        ("Remove every $k from $a.", "Return the $a that are not equal to $k."),
        "return [x for x in $a if x != $k]",
    ),
    Family(
        "replace_value",
        "ints",
        {"old": range(20), "new": range(1, 60, 4)},
        ("replace_$old", "replace_value", "swap_value"),
        ("Replace every $old in $a by $new.", "Return $a with $new in place of each $old."),
        "return [$new if x == $old else x for x in $a]",
        where=lambda old, new: old != new,
    ),
    Family(
        "running_total",
        "ints",
        {"k": range(50)},
        ("running_total", "cumulative_sum", "running_sum"),
        (
            "Return the running total of $a, starting from $k.",
            "List the cumulative sums of $a when the sum starts at $k.",
        ),
        "total = $k\nresult = []\nfor x in $a:\n    total += x\n    result.append(total)\n"
        "return result",
    ),
    Family(
        "largest_below",
        "ints",
        {"k": range(5, 60)},
        ("largest_below_$k", "best_below", "largest_under"),
        (
            "Return the largest number in $a less than $k, or None.",
            "Find the maximum of the $a that are below $k; None if there is none.",
        ),
        "return max((x for x in $a if x < $k), default=None)",
    ),
    Family(
        "smallest_above",
        "ints",
        {"k": range(55)},
        ("smallest_above_$k", "next_above", "smallest_over"),
        (
            "Return the smallest number in $a greater than $k, or None.",
            "Find the minimum of the $a that are above $k; None if there is none.",
        ),
        "return min((x for x in $a if x > $k), default=None)",
    ),
    Family(
        "index_above",
        "ints",
        {"k": LIMITS},
        ("index_above_$k", "find_first", "first_index"),
        (
            "Return the index of the first number in $a greater than $k, or -1.",
            "Find the position of the first of the $a above $k; -1 if there is none.",
        ),
        "for i, x in enumerate($a):\n    if x > $k:\n        return i\nreturn -1",
    ),
    Family(
        "pair_sum",
        "ints",
        {"k": range(1, 60)},
        ("pair_sums_to_$k", "has_pair", "find_pair"),
        (
            "Tell whether two numbers in $a add up to $k.",
            "Return True if a pair of the $a has the sum $k.",
        ),
        "seen = set()\nfor x in $a:\n    if $k - x in seen:\n        return True\n"
        "    seen.add(x)\nreturn False",
    ),
    Family(
        "count_remainders",
        "ints",
        {"k": range(2, 40)},
        ("count_remainders", "group_by_remainder", "remainder_counts"),
        (
            "Count the numbers in $a by their remainder modulo $k.",
            "Return a dict from each remainder of $a divided by $k to its count.",
        ),
        "counts = {}\nfor x in $a:\n    key = x % $k\n    counts[key] = counts.get(key, 0) + 1\n"
        "return counts",
    ),
    Family(
        "product_modulo",
        "ints",
        {"k": range(11, 90)},
        ("product_modulo", "product_mod_$k", "multiply_all"),
        ("Return the product of $a modulo $k.", "Multiply all the $a and take the rest by $k."),
        "result = 1\nfor x in $a:\n    result = result * x % $k\nreturn result",
    ),
)

SEQUENCES: tuple[Family, ...] = (
    Family(
        "first_items",
        "long",
        {"k": SIZES},
        ("first_$k", "take_first", "head"),
        ("Return the first $k elements of $a.", "Take $k items from the start of $a."),
        "return $a[:$k]",
    ),
    Family(
        "last_items",
        "long",
        {"k": SIZES},
        ("last_$k", "take_last", "tail"),
        ("Return the last $k elements of $a.", "Take $k items from the end of $a."),
        "return $a[-$k:]",
    ),
    Family(
        "drop_items",
        "long",
        {"k": SIZES},
        ("drop_$k", "drop_first", "skip_items"),
        ("Drop the first $k elements of $a.", "Return $a without its first $k items."),
        "return $a[$k:]",
    ),
    Family(
        "every_nth",
        "long",
        {"k": range(2, 30)},
        ("every_$k", "every_nth", "take_every"),
        ("Return every $k-th element of $a, from the first.", "Take one of each $k items of $a."),
        "return $a[::$k]",
    ),
    Family(
        "rotate",
        "long",
        {"k": SIZES},
        ("rotate_$k", "rotate_left", "rotate"),
        ("Rotate $a to the left by $k places.", "Move the first $k elements of $a to its end."),
        "return $a[$k:] + $a[:$k]",
    ),
    Family(
        "chunks",
        "long",
        {"k": range(2, 30)},
        ("chunks_of_$k", "split_chunks", "group_items"),
        ("Split $a into chunks of $k elements.", "Return $a cut into lists of length $k."),
        "return [$a[i:i + $k] for i in range(0, len($a), $k)]",
    ),
    Family(
        "top_items",
        "long",
        {"k": SIZES},
        ("top_$k", "largest_items", "top_values"),
        (
            "Return the $k largest elements of $a, largest first.",
            "Sort $a from high to low and keep $k of them.",
        ),
        "return sorted($a, reverse=True)[:$k]",
    ),
    Family(
        "bottom_items",
        "long",
        {"k": SIZES},
        ("bottom_$k", "smallest_items", "lowest_values"),
        (
            "Return the $k smallest elements of $a, smallest first.",
            "Sort $a from low to high and keep $k of them.",
        ),
        "return sorted($a)[:$k]",
    ),
    Family(
        "window_sums",
        "long",
        {"k": range(2, 28)},
        ("window_sums", "moving_sum", "sliding_sums"),
        (
            "Return the sums of all windows of $k elements in $a.",
            "Sum each run of $k neighbours in $a.",
        ),
        "return [sum($a[i:i + $k]) for i in range(len($a) - $k + 1)]",
    ),
    Family(
        "lagged_differences",
        "long",
        {"k": range(2, 28)},
        ("differences", "lagged_difference", "changes"),
        (
            "Return the difference of each element of $a to the one $k places before.",
            "Subtract from each element of $a the element $k steps earlier.",
        ),
        "return [$a[i] - $a[i - $k] for i in range($k, len($a))]",
    ),
)
