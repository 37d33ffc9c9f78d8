"""The table of families: functions over lists of numbers, single numbers, text and words."""

from __future__ import annotations

from pimp_tui.workload.micro_coder.families import Family

LETTERS = tuple("abcdefghijklmnopqrstuvwxyz")
SMALL = range(2, 41)
LIMITS = range(0, 61)
SIZES = range(2, 31)
SEPARATORS = ("-", "_", "/", ":", ", ", "+", "|", ".")

NUMBERS: tuple[Family, ...] = (
    Family(
        "add_each", "ints", {"k": range(1, 61)},
        ("add_$k", "add_to_each", "shift_values"),
        ("Add $k to each number in $a.", "Return a list of all $a increased by $k.",
         "Increase every element of $a by $k."),
        "return [x + $k for x in $a]",
    ),
    Family(
        "multiply_each", "ints", {"k": SMALL},
        ("times_$k", "multiply_each", "scale_values"),
        ("Multiply each number in $a by $k.", "Return a list of all $a times $k.",
         "Scale every element of $a by a factor of $k."),
        "return [x * $k for x in $a]",
    ),
    Family(
        "keep_above", "ints", {"k": LIMITS},
        ("keep_above_$k", "filter_large", "above_limit"),
        ("Keep only the numbers in $a greater than $k.", "Return the $a that are above $k.",
         "Drop every element of $a that is $k or less."),
        "return [x for x in $a if x > $k]",
    ),
    Family(
        "keep_below", "ints", {"k": LIMITS},
        ("keep_below_$k", "filter_small", "below_limit"),
        ("Keep only the numbers in $a less than $k.", "Return the $a that are below $k.",
         "Drop every element of $a that is $k or more."),
        "return [x for x in $a if x < $k]",
    ),
    Family(
        "count_equal", "ints", {"k": LIMITS},
        ("count_$k", "count_equal", "occurrences"),
        ("Count how often $k occurs in $a.", "Return the number of times $k appears in $a."),
        "return $a.count($k)",
    ),
    Family(
        "count_above", "ints", {"k": LIMITS},
        ("count_above_$k", "count_large", "how_many_above"),
        ("Count the numbers in $a greater than $k.", "Return how many of the $a are above $k."),
        "return sum(1 for x in $a if x > $k)",
    ),
    Family(
        "sum_multiples", "ints", {"k": SMALL},
        ("sum_multiples_of_$k", "sum_multiples", "add_up_multiples"),
        ("Sum the numbers in $a divisible by $k.", "Return the sum of all multiples of $k in $a."),
        "return sum(x for x in $a if x % $k == 0)",
    ),
    Family(
        "any_above", "ints", {"k": LIMITS},
        ("any_above_$k", "has_large", "exceeds"),
        ("Tell whether any number in $a is greater than $k.",
         "Return True if at least one of the $a is above $k."),
        "return any(x > $k for x in $a)",
    ),
    Family(
        "all_below", "ints", {"k": LIMITS},
        ("all_below_$k", "all_small", "within_limit"),
        ("Tell whether all numbers in $a are less than $k.",
         "Return True if every one of the $a is below $k."),
        "return all(x < $k for x in $a)",
    ),
    Family(
        "clip", "ints", {"low": range(-9, 10, 3), "high": range(10, 50, 3)},
        ("clip_values", "clamp", "limit_range"),
        ("Clip each number in $a to the range $low to $high.",
         "Limit every element of $a to at least $low and at most $high."),
        "return [min(max(x, $low), $high) for x in $a]",
    ),
    Family(
        "remove_value", "ints", {"k": LIMITS},
        ("remove_$k", "remove_value", "without_value"),
        ("Remove every $k from $a.", "Return the $a that are not equal to $k."),
        "return [x for x in $a if x != $k]",
    ),
    Family(
        "replace_value", "ints", {"old": range(0, 20), "new": range(1, 60, 4)},
        ("replace_$old", "replace_value", "swap_value"),
        ("Replace every $old in $a by $new.", "Return $a with $new in place of each $old."),
        "return [$new if x == $old else x for x in $a]",
        where=lambda old, new: old != new,
    ),
    Family(
        "running_total", "ints", {"k": range(0, 50)},
        ("running_total", "cumulative_sum", "running_sum"),
        ("Return the running total of $a, starting from $k.",
         "List the cumulative sums of $a when the sum starts at $k."),
        "total = $k\nresult = []\nfor x in $a:\n    total += x\n    result.append(total)\n"
        "return result",
    ),
    Family(
        "largest_below", "ints", {"k": range(5, 60)},
        ("largest_below_$k", "best_below", "largest_under"),
        ("Return the largest number in $a less than $k, or None.",
         "Find the maximum of the $a that are below $k; None if there is none."),
        "return max((x for x in $a if x < $k), default=None)",
    ),
    Family(
        "smallest_above", "ints", {"k": range(0, 55)},
        ("smallest_above_$k", "next_above", "smallest_over"),
        ("Return the smallest number in $a greater than $k, or None.",
         "Find the minimum of the $a that are above $k; None if there is none."),
        "return min((x for x in $a if x > $k), default=None)",
    ),
    Family(
        "index_above", "ints", {"k": LIMITS},
        ("index_above_$k", "find_first", "first_index"),
        ("Return the index of the first number in $a greater than $k, or -1.",
         "Find the position of the first of the $a above $k; -1 if there is none."),
        "for i, x in enumerate($a):\n    if x > $k:\n        return i\nreturn -1",
    ),
    Family(
        "pair_sum", "ints", {"k": range(1, 60)},
        ("pair_sums_to_$k", "has_pair", "find_pair"),
        ("Tell whether two numbers in $a add up to $k.",
         "Return True if a pair of the $a has the sum $k."),
        "seen = set()\nfor x in $a:\n    if $k - x in seen:\n        return True\n"
        "    seen.add(x)\nreturn False",
    ),
    Family(
        "count_remainders", "ints", {"k": range(2, 40)},
        ("count_remainders", "group_by_remainder", "remainder_counts"),
        ("Count the numbers in $a by their remainder modulo $k.",
         "Return a dict from each remainder of $a divided by $k to its count."),
        "counts = {}\nfor x in $a:\n    key = x % $k\n    counts[key] = counts.get(key, 0) + 1\n"
        "return counts",
    ),
    Family(
        "product_modulo", "ints", {"k": range(11, 90)},
        ("product_modulo", "product_mod_$k", "multiply_all"),
        ("Return the product of $a modulo $k.", "Multiply all the $a and take the rest by $k."),
        "result = 1\nfor x in $a:\n    result = result * x % $k\nreturn result",
    ),
)

SEQUENCES: tuple[Family, ...] = (
    Family(
        "first_items", "long", {"k": SIZES},
        ("first_$k", "take_first", "head"),
        ("Return the first $k elements of $a.", "Take $k items from the start of $a."),
        "return $a[:$k]",
    ),
    Family(
        "last_items", "long", {"k": SIZES},
        ("last_$k", "take_last", "tail"),
        ("Return the last $k elements of $a.", "Take $k items from the end of $a."),
        "return $a[-$k:]",
    ),
    Family(
        "drop_items", "long", {"k": SIZES},
        ("drop_$k", "drop_first", "skip_items"),
        ("Drop the first $k elements of $a.", "Return $a without its first $k items."),
        "return $a[$k:]",
    ),
    Family(
        "every_nth", "long", {"k": range(2, 30)},
        ("every_$k", "every_nth", "take_every"),
        ("Return every $k-th element of $a, from the first.",
         "Take one of each $k items of $a."),
        "return $a[::$k]",
    ),
    Family(
        "rotate", "long", {"k": SIZES},
        ("rotate_$k", "rotate_left", "rotate"),
        ("Rotate $a to the left by $k places.", "Move the first $k elements of $a to its end."),
        "return $a[$k:] + $a[:$k]",
    ),
    Family(
        "chunks", "long", {"k": range(2, 30)},
        ("chunks_of_$k", "split_chunks", "group_items"),
        ("Split $a into chunks of $k elements.", "Return $a cut into lists of length $k."),
        "return [$a[i:i + $k] for i in range(0, len($a), $k)]",
    ),
    Family(
        "top_items", "long", {"k": SIZES},
        ("top_$k", "largest_items", "top_values"),
        ("Return the $k largest elements of $a, largest first.",
         "Sort $a from high to low and keep $k of them."),
        "return sorted($a, reverse=True)[:$k]",
    ),
    Family(
        "bottom_items", "long", {"k": SIZES},
        ("bottom_$k", "smallest_items", "lowest_values"),
        ("Return the $k smallest elements of $a, smallest first.",
         "Sort $a from low to high and keep $k of them."),
        "return sorted($a)[:$k]",
    ),
    Family(
        "window_sums", "long", {"k": range(2, 28)},
        ("window_sums", "moving_sum", "sliding_sums"),
        ("Return the sums of all windows of $k elements in $a.",
         "Sum each run of $k neighbours in $a."),
        "return [sum($a[i:i + $k]) for i in range(len($a) - $k + 1)]",
    ),
    Family(
        "lagged_differences", "long", {"k": range(2, 28)},
        ("differences", "lagged_difference", "changes"),
        ("Return the difference of each element of $a to the one $k places before.",
         "Subtract from each element of $a the element $k steps earlier."),
        "return [$a[i] - $a[i - $k] for i in range($k, len($a))]",
    ),
)

INTEGERS: tuple[Family, ...] = (
    Family(
        "divisible_by_both", "natural", {"p": range(2, 13), "q": range(2, 13)},
        ("divisible_by_both", "is_common_multiple", "check_multiple"),
        ("Tell whether $a is divisible by $p and by $q.",
         "Return True if both $p and $q divide $a."),
        "return $a % $p == 0 and $a % $q == 0",
        where=lambda p, q: p < q,
    ),
    Family(
        "linear", "natural", {"p": range(2, 20), "q": range(1, 40, 3)},
        ("linear", "times_$p", "line_value"),
        ("Return $a times $p plus $q.", "Multiply $a by $p and then add $q."),
        "return $a * $p + $q",
    ),
    Family(
        "multiples_up_to", "natural", {"k": SMALL},
        ("multiples_of_$k", "list_multiples", "multiples_up_to"),
        ("List the multiples of $k from $k up to $a.",
         "Return all positive multiples of $k that are at most $a."),
        "return list(range($k, $a + 1, $k))",
    ),
    Family(
        "digit_sum_modulo", "natural", {"k": range(2, 30)},
        ("digit_sum_mod_$k", "digit_sum", "digit_check"),
        ("Return the sum of the digits of $a modulo $k.",
         "Add up the digits of $a and take the rest by $k."),
        "return sum(int(d) for d in str($a)) % $k",
    ),
    Family(
        "digits_in_base", "natural", {"k": range(2, 37)},
        ("to_base_$k", "digits_in_base", "base_digits"),
        ("Return the digits of $a in base $k, highest first.",
         "Convert $a to a list of base $k digits."),
        "digits = []\nrest = $a\nwhile rest > 0:\n    digits.append(rest % $k)\n"
        "    rest //= $k\nreturn digits[::-1]",
    ),
    Family(
        "divide_or_grow", "natural", {"p": range(2, 10), "q": range(2, 10), "r": (1, 2, 3, 5, 7)},
        ("next_step", "divide_or_grow", "step"),
        ("Divide $a by $p if it is a multiple of $p, else return $a times $q plus $r.",
         "Return $a // $p where $p divides $a and otherwise $a * $q + $r."),
        "if $a % $p == 0:\n    return $a // $p\nreturn $a * $q + $r",
    ),
    Family(
        "power_modulo", "natural", {"p": range(2, 10), "q": range(7, 60, 3)},
        ("power_modulo", "power_$p", "power_rest"),
        ("Return $a to the power of $p modulo $q.", "Raise $a to $p and take the rest by $q."),
        "return $a ** $p % $q",
    ),
    Family(
        "fibonacci_from", "natural", {"p": range(0, 12), "q": range(1, 12)},
        ("fibonacci_from", "sequence_term", "nth_term"),
        ("Return term $a of the Fibonacci sequence that starts with $p and $q.",
         "Start with $p, $q, where each term is the sum of two before; return term $a."),
        "x, y = $p, $q\nfor _ in range($a):\n    x, y = y, x + y\nreturn x",
    ),
    Family(
        "sum_of_multiples_below", "natural", {"k": SMALL},
        ("sum_below", "sum_multiples_of_$k", "total_multiples"),
        ("Return the sum of all multiples of $k below $a.",
         "Add up the numbers less than $a that $k divides."),
        "return sum(i for i in range($a) if i % $k == 0)",
    ),
    Family(
        "label_multiple", "natural",
        {"k": range(2, 14), "w": ("fizz", "buzz", "ping", "even", "hit", "yes")},
        ("label", "fizz", "name_multiple"),
        ("Return '$w' if $a is a multiple of $k, else $a as text.",
         "Give the string '$w' for multiples of $k and str($a) otherwise."),
        "if $a % $k == 0:\n    return '$w'\nreturn str($a)",
    ),
)

STRINGS: tuple[Family, ...] = (
    Family(
        "count_letter", "word", {"c": LETTERS},
        ("count_$c", "count_letter", "letter_count"),
        ("Count the letter '$c' in $a, in either case.",
         "Return how often '$c' occurs in $a, ignoring case."),
        "return $a.lower().count('$c')",
    ),
    Family(
        "remove_letter", "word", {"c": LETTERS},
        ("remove_$c", "remove_letter", "without_letter"),
        ("Remove every '$c' from $a.", "Return $a without the letter '$c'."),
        "return $a.replace('$c', '')",
    ),
    Family(
        "replace_letter", "word", {"c": LETTERS, "d": LETTERS},
        ("replace_$c", "replace_letter", "swap_letter"),
        ("Replace every '$c' in $a by '$d'.", "Return $a with '$d' in place of '$c'."),
        "return $a.replace('$c', '$d')",
        where=lambda c, d: c != d,
    ),
    Family(
        "caesar", "word", {"k": range(1, 26)},
        ("caesar_$k", "shift_letters", "encode"),
        ("Shift each lower-case letter of $a by $k places in the alphabet.",
         "Encode $a with a Caesar cipher of $k."),
        "return ''.join(chr((ord(c) - 97 + $k) % 26 + 97) for c in $a)",
    ),
    Family(
        "truncate", "text", {"k": range(3, 40)},
        ("truncate_$k", "shorten", "cut_text"),
        ("Cut $a to $k characters and add '...' if it is longer.",
         "Shorten $a to its first $k characters plus '...' where needed."),
        "if len($a) <= $k:\n    return $a\nreturn $a[:$k] + '...'",
    ),
    Family(
        "pad_left", "word", {"k": range(5, 26), "c": ("0", "*", ".", "-", "_", "x")},
        ("pad_to_$k", "pad_left", "fill_left"),
        ("Pad $a on the left with '$c' to a width of $k.",
         "Put '$c' before $a until it has $k characters."),
        "return $a.rjust($k, '$c')",
    ),
    Family(
        "long_words", "text", {"k": range(1, 28)},
        ("words_over_$k", "long_words", "filter_words"),
        ("List the words of $a longer than $k letters.",
         "Split $a and keep the words with more than $k letters."),
        "return [w for w in $a.split() if len(w) > $k]",
    ),
    Family(
        "words_starting", "text", {"c": LETTERS},
        ("starting_with_$c", "words_starting", "pick_words"),
        ("List the words of $a that start with '$c'.",
         "Split $a and keep the words whose first letter is '$c'."),
        "return [w for w in $a.split() if w.startswith('$c')]",
    ),
    Family(
        "count_words_ending", "text", {"c": LETTERS},
        ("count_ending_$c", "count_endings", "words_ending"),
        ("Count the words of $a that end with '$c'.",
         "Split $a and return how many words have '$c' as the last letter."),
        "return sum(1 for w in $a.split() if w.endswith('$c'))",
    ),
    Family(
        "shout_long_words", "text", {"k": range(2, 28)},
        ("shout_long_words", "upper_long", "emphasise"),
        ("Put the words of $a longer than $k letters in upper case.",
         "Return $a with each word of more than $k letters in capitals."),
        "return ' '.join(w.upper() if len(w) > $k else w for w in $a.split())",
    ),
    Family(
        "join_words", "words",
        {"s": SEPARATORS, "m": ("upper", "lower", "title", "capitalize", "swapcase")},
        ("join_words", "join_$m", "glue"),
        ("Join the $m-case $a with '$s'.", "Apply $m to each of the $a and join them by '$s'."),
        "return '$s'.join(w.$m() for w in $a)",
    ),
    Family(
        "count_words_with", "words", {"c": LETTERS},
        ("count_with_$c", "count_containing", "containing"),
        ("Count the $a that contain the letter '$c'.", "Return how many of the $a have a '$c'."),
        "return sum(1 for w in $a if '$c' in w)",
    ),
    Family(
        "word_lengths", "words", {"k": range(1, 28)},
        ("word_lengths", "lengths_over_$k", "length_map"),
        ("Map each of the $a longer than $k to its length.",
         "Return a dict of word to length for the $a with more than $k letters."),
        "return {w: len(w) for w in $a if len(w) > $k}",
    ),
    Family(
        "sort_by_letter", "words", {"c": LETTERS},
        ("sort_by_$c", "sort_by_letter", "order_words"),
        ("Sort the $a by how many '$c' they have.",
         "Return the $a in order of their number of '$c'."),
        "return sorted($a, key=lambda w: w.count('$c'))",
    ),
)

FAMILIES = NUMBERS + SEQUENCES + INTEGERS + STRINGS
