"""Families of functions over a single number, a text or a list of words."""

from __future__ import annotations

from pimp_tui.workload.micro_coder.instance import Family

LETTERS = tuple("abcdefghijklmnopqrstuvwxyz")
SMALL = range(2, 41)
SEPARATORS = ("-", "_", "/", ":", ", ", "+", "|", ".")

INTEGERS: tuple[Family, ...] = (
    Family(
        "divisible_by_both",
        "natural",
        {"p": range(2, 13), "q": range(2, 13)},
        ("divisible_by_both", "is_common_multiple", "check_multiple"),
        (
            "Tell whether $a is divisible by $p and by $q.",
            "Return True if both $p and $q divide $a.",
        ),
        "return $a % $p == 0 and $a % $q == 0",
        where=lambda p, q: p < q,
    ),
    Family(
        "linear",
        "natural",
        {"p": range(2, 20), "q": range(1, 40, 3)},
        ("linear", "times_$p", "line_value"),
        ("Return $a times $p plus $q.", "Multiply $a by $p and then add $q."),
        "return $a * $p + $q",
    ),
    Family(
        "multiples_up_to",
        "natural",
        {"k": SMALL},
        ("multiples_of_$k", "list_multiples", "multiples_up_to"),
        (
            "List the multiples of $k from $k up to $a.",
            "Return all positive multiples of $k that are at most $a.",
        ),
        "return list(range($k, $a + 1, $k))",
    ),
    Family(
        "digit_sum_modulo",
        "natural",
        {"k": range(2, 30)},
        ("digit_sum_mod_$k", "digit_sum", "digit_check"),
        (
            "Return the sum of the digits of $a modulo $k.",
            "Add up the digits of $a and take the rest by $k.",
        ),
        "return sum(int(d) for d in str($a)) % $k",
    ),
    Family(
        "digits_in_base",
        "natural",
        {"k": range(2, 37)},
        ("to_base_$k", "digits_in_base", "base_digits"),
        (
            "Return the digits of $a in base $k, highest first.",
            "Convert $a to a list of base $k digits.",
        ),
        "digits = []\nrest = $a\nwhile rest > 0:\n    digits.append(rest % $k)\n"
        "    rest //= $k\nreturn digits[::-1]",
    ),
    Family(
        "divide_or_grow",
        "natural",
        {"p": range(2, 10), "q": range(2, 10), "r": (1, 2, 3, 5, 7)},
        ("next_step", "divide_or_grow", "step"),
        (
            "Divide $a by $p if it is a multiple of $p, else return $a times $q plus $r.",
            "Return $a // $p where $p divides $a and otherwise $a * $q + $r.",
        ),
        "if $a % $p == 0:\n    return $a // $p\nreturn $a * $q + $r",
    ),
    Family(
        "power_modulo",
        "natural",
        {"p": range(2, 10), "q": range(7, 60, 3)},
        ("power_modulo", "power_$p", "power_rest"),
        ("Return $a to the power of $p modulo $q.", "Raise $a to $p and take the rest by $q."),
        "return $a ** $p % $q",
    ),
    Family(
        "fibonacci_from",
        "natural",
        {"p": range(12), "q": range(1, 12)},
        ("fibonacci_from", "sequence_term", "nth_term"),
        (
            "Return term $a of the Fibonacci sequence that starts with $p and $q.",
            "Start with $p, $q, where each term is the sum of two before; return term $a.",
        ),
        "x, y = $p, $q\nfor _ in range($a):\n    x, y = y, x + y\nreturn x",
    ),
    Family(
        "sum_of_multiples_below",
        "natural",
        {"k": SMALL},
        ("sum_below", "sum_multiples_of_$k", "total_multiples"),
        (
            "Return the sum of all multiples of $k below $a.",
            "Add up the numbers less than $a that $k divides.",
        ),
        "return sum(i for i in range($a) if i % $k == 0)",
    ),
    Family(
        "label_multiple",
        "natural",
        {"k": range(2, 14), "w": ("fizz", "buzz", "ping", "even", "hit", "yes")},
        ("label", "fizz", "name_multiple"),
        (
            "Return '$w' if $a is a multiple of $k, else $a as text.",
            "Give the string '$w' for multiples of $k and str($a) otherwise.",
        ),
        "if $a % $k == 0:\n    return '$w'\nreturn str($a)",
    ),
)

STRINGS: tuple[Family, ...] = (
    Family(
        "count_letter",
        "word",
        {"c": LETTERS},
        ("count_$c", "count_letter", "letter_count"),
        (
            "Count the letter '$c' in $a, in either case.",
            "Return how often '$c' occurs in $a, ignoring case.",
        ),
        "return $a.lower().count('$c')",
    ),
    Family(
        "remove_letter",
        "word",
        {"c": LETTERS},
        ("remove_$c", "remove_letter", "without_letter"),
        ("Remove every '$c' from $a.", "Return $a without the letter '$c'."),
        "return $a.replace('$c', '')",
    ),
    Family(
        "replace_letter",
        "word",
        {"c": LETTERS, "d": LETTERS},
        ("replace_$c", "replace_letter", "swap_letter"),
        ("Replace every '$c' in $a by '$d'.", "Return $a with '$d' in place of '$c'."),
        "return $a.replace('$c', '$d')",
        where=lambda c, d: c != d,
    ),
    Family(
        "caesar",
        "word",
        {"k": range(1, 26)},
        ("caesar_$k", "shift_letters", "encode"),
        (
            "Shift each lower-case letter of $a by $k places in the alphabet.",
            "Encode $a with a Caesar cipher of $k.",
        ),
        "return ''.join(chr((ord(c) - 97 + $k) % 26 + 97) for c in $a)",
    ),
    Family(
        "truncate",
        "text",
        {"k": range(3, 40)},
        ("truncate_$k", "shorten", "cut_text"),
        (
            "Cut $a to $k characters and add '...' if it is longer.",
            "Shorten $a to its first $k characters plus '...' where needed.",
        ),
        "if len($a) <= $k:\n    return $a\nreturn $a[:$k] + '...'",
    ),
    Family(
        "pad_left",
        "word",
        {"k": range(5, 26), "c": ("0", "*", ".", "-", "_", "x")},
        ("pad_to_$k", "pad_left", "fill_left"),
        (
            "Pad $a on the left with '$c' to a width of $k.",
            "Put '$c' before $a until it has $k characters.",
        ),
        "return $a.rjust($k, '$c')",
    ),
    Family(
        "long_words",
        "text",
        {"k": range(1, 28)},
        ("words_over_$k", "long_words", "filter_words"),
        (
            "List the words of $a longer than $k letters.",
            "Split $a and keep the words with more than $k letters.",
        ),
        "return [w for w in $a.split() if len(w) > $k]",
    ),
    Family(
        "words_starting",
        "text",
        {"c": LETTERS},
        ("starting_with_$c", "words_starting", "pick_words"),
        (
            "List the words of $a that start with '$c'.",
            "Split $a and keep the words whose first letter is '$c'.",
        ),
        "return [w for w in $a.split() if w.startswith('$c')]",
    ),
    Family(
        "count_words_ending",
        "text",
        {"c": LETTERS},
        ("count_ending_$c", "count_endings", "words_ending"),
        (
            "Count the words of $a that end with '$c'.",
            "Split $a and return how many words have '$c' as the last letter.",
        ),
        "return sum(1 for w in $a.split() if w.endswith('$c'))",
    ),
    Family(
        "shout_long_words",
        "text",
        {"k": range(2, 28)},
        ("shout_long_words", "upper_long", "emphasise"),
        (
            "Put the words of $a longer than $k letters in upper case.",
            "Return $a with each word of more than $k letters in capitals.",
        ),
        "return ' '.join(w.upper() if len(w) > $k else w for w in $a.split())",
    ),
    Family(
        "join_words",
        "words",
        {"s": SEPARATORS, "m": ("upper", "lower", "title", "capitalize", "swapcase")},
        ("join_words", "join_$m", "glue"),
        ("Join the $m-case $a with '$s'.", "Apply $m to each of the $a and join them by '$s'."),
        "return '$s'.join(w.$m() for w in $a)",
    ),
    Family(
        "count_words_with",
        "words",
        {"c": LETTERS},
        ("count_with_$c", "count_containing", "containing"),
        ("Count the $a that contain the letter '$c'.", "Return how many of the $a have a '$c'."),
        "return sum(1 for w in $a if '$c' in w)",
    ),
    Family(
        "word_lengths",
        "words",
        {"k": range(1, 28)},
        ("word_lengths", "lengths_over_$k", "length_map"),
        (
            "Map each of the $a longer than $k to its length.",
            "Return a dict of word to length for the $a with more than $k letters.",
        ),
        "return {w: len(w) for w in $a if len(w) > $k}",
    ),
    Family(
        "sort_by_letter",
        "words",
        {"c": LETTERS},
        ("sort_by_$c", "sort_by_letter", "order_words"),
        (
            "Sort the $a by how many '$c' they have.",
            "Return the $a in order of their number of '$c'.",
        ),
        "return sorted($a, key=lambda w: w.count('$c'))",
    ),
)
