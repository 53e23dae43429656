//! How many guesses a password takes from somebody who knows how people choose them: the method of zxcvbn
//! (Daniel Wheeler, "zxcvbn: Low-Budget Password Strength Estimation", USENIX Security 2016), over the word lists
//! in `assets/`.
//!
//! Nothing of the password is copied: all that is kept are positions and logarithms.

use std::ops::Range;

const WORDS: &str = include_str!("../../assets/eff_large_wordlist.txt");
/// The most common first.
const COMMON: &str = include_str!("../../assets/common_passwords.txt");

/// Runs of keys that lie side by side, on the keyboards of the US, Germany and France.
const KEYS: [&str; 17] = [
    "`1234567890-=",
    "qwertyuiop[]",
    "asdfghjkl;'",
    "zxcvbnm,./",
    "qwertzuiopü",
    "yxcvbnm,.-",
    "azertyuiop",
    "qsdfghjklm",
    "1qaz",
    "2wsx",
    "3edc",
    "4rfv",
    "5tgb",
    "6yhn",
    "7ujm",
    "8ik,",
    "9ol.",
];

/// What lies behind is left out: so long a password is strong already, unless it repeats itself.
const LONGEST: usize = 64;

/// A part of the password that somebody guesses as one, and the logarithm to base ten of the guesses.
#[derive(Debug, Clone, PartialEq)]
struct Part {
    place: Range<usize>,
    guesses: f64,
}

/// The logarithm to base ten of the guesses that a password takes.
pub(super) fn log10_guesses(password: &str) -> f64 {
    let ends: Vec<usize> = password.char_indices().map(|(at, _)| at).chain([password.len()]).collect();
    let ends = &ends[..ends.len().min(LONGEST + 1)];
    let length = ends.len() - 1;
    let from = |start| Rest { password, ends, start };
    let mut parts: Vec<Part> = (0..length).flat_map(|start| from(start).parts()).collect();
    let repeats: Vec<Part> = (0..length).filter_map(|start| from(start).repeat(&parts)).collect();
    parts.extend(repeats);
    cheapest(0..length, &parts)
}

/// The guesses that a piece takes, if it is guessed in these parts and what is between them is tried out.
fn cheapest(piece: Range<usize>, parts: &[Part]) -> f64 {
    if piece.is_empty() {
        return 0.0;
    }
    let products = products(piece, parts);
    (1..).zip(products).map(|(count, product)| whole(count, product)).fold(f64::INFINITY, f64::min).max(0.0)
}

/// Somebody tries all orders of the kinds of parts, and shorter sequences before longer ones.
fn whole(count: u32, product: f64) -> f64 {
    let orders: f64 = (1..=count).map(|number| libm::log10(f64::from(number))).sum();
    sum_of(orders + product, 4.0 * f64::from(count - 1))
}

/// The logarithm of the sum of two numbers that are given by theirs.
fn sum_of(left: f64, right: f64) -> f64 {
    let (low, high) = if left < right { (left, right) } else { (right, left) };
    if low == f64::NEG_INFINITY {
        high
    } else {
        high + libm::log1p(libm::pow(10.0, low - high)) / std::f64::consts::LN_10
    }
}

/// The least product of guesses for one part, for two parts and so on, as logarithms.
fn products(piece: Range<usize>, parts: &[Part]) -> Vec<f64> {
    let length = piece.len();
    let inside = |part: &&Part| piece.start <= part.place.start && part.place.end <= piece.end;
    let inside: Vec<&Part> = parts.iter().filter(inside).collect();
    // By the end of the last part: known parts alone may stand beside each other, two that are tried out are one.
    let mut before = (vec![f64::INFINITY; length + 1], vec![f64::INFINITY; length + 1]);
    before.0[0] = 0.0;
    let mut products = Vec::with_capacity(length);
    for _ in 0..length {
        let (known, tried) = &before;
        let mut next = (vec![f64::INFINITY; length + 1], vec![f64::INFINITY; length + 1]);
        for part in &inside {
            let (start, end) = (part.place.start - piece.start, part.place.end - piece.start);
            let product = known[start].min(tried[start]) + part.guesses;
            next.0[end] = next.0[end].min(product);
        }
        for end in 1..=length {
            let product = (0..end).map(|start| known[start] + tries(end - start));
            next.1[end] = product.fold(f64::INFINITY, f64::min);
        }
        products.push(next.0[length].min(next.1[length]));
        before = next;
    }
    products
}

/// Trying characters out: ten guesses each, as zxcvbn counts.
fn tries(characters: usize) -> f64 {
    characters as f64
}

/// The password from one of its characters on.
#[derive(Clone, Copy)]
struct Rest<'a> {
    password: &'a str,
    ends: &'a [usize],
    start: usize,
}

impl<'a> Rest<'a> {
    fn characters(self) -> impl Iterator<Item = char> + Clone + 'a {
        let end = self.ends.last().copied().unwrap_or_default();
        self.password[self.ends[self.start]..end].chars()
    }

    fn part(self, characters: usize, guesses: f64) -> Part {
        Part { place: self.start..self.start + characters, guesses }
    }

    fn parts(self) -> Vec<Part> {
        let mut parts = Vec::new();
        let common = (1_u32..).zip(COMMON.lines()).map(|(rank, word)| (f64::from(rank), word));
        // In the list of the EFF no word is likelier than another.
        let count = WORDS.lines().count() as f64;
        for (rank, word) in common.chain(WORDS.lines().map(|word| (count, word))) {
            parts.extend(self.word(word.chars(), rank));
            parts.extend(self.word(word.chars().rev(), 2.0 * rank));
        }
        parts.extend(self.sequences());
        parts.extend(self.keys());
        parts.extend(self.dates());
        parts
    }

    /// The word stands here, perhaps with capitals, or with signs that look like its letters.
    fn word(self, word: impl Iterator<Item = char>, rank: f64) -> Option<Part> {
        let (mut length, mut upper, mut lower, mut signs) = (0, 0, 0, 0);
        let (mut first_is_upper, mut last_is_upper) = (false, false);
        let mut characters = self.characters();
        for letter in word {
            let character = characters.next()?;
            length += 1;
            last_is_upper = false;
            if character == letter {
                lower += u32::from(letter.is_alphabetic());
            } else if character.to_lowercase().eq([letter]) {
                upper += 1;
                last_is_upper = true;
                first_is_upper |= length == 1;
            } else if looks_like(character, letter) {
                signs += 1;
            } else {
                return None;
            }
        }
        let capitals = match (upper, lower) {
            (0, _) => 1.0,
            (_, 0) => 2.0,
            (1, _) if first_is_upper || last_is_upper => 2.0,
            _ => (1..=upper.min(lower)).map(|count| choose(upper + lower, count)).sum(),
        };
        let guesses = rank * capitals * f64::from(2_u32.pow(signs.min(16)));
        Some(self.part(length, libm::log10(guesses)))
    }

    /// `abcd`, `4321`, `aceg` not.
    fn sequences(self) -> Option<Part> {
        let mut codes = self.characters().map(u32::from).map(i64::from);
        let first = codes.next()?;
        let step = codes.next()? - first;
        let length =
            2 + codes.zip(2_i64..).take_while(|(code, number)| *code == first + step * number).count();
        if length < 3 || step.abs() != 1 {
            return None;
        }
        let first = self.characters().next()?;
        let starts = match first {
            'a' | 'A' | 'z' | 'Z' | '0' | '1' | '9' => 4.0,
            first if first.is_ascii_digit() => 10.0,
            _ => 26.0,
        };
        let directions = if step < 0 { 2.0 } else { 1.0 };
        Some(self.part(length, libm::log10(starts * directions * length as f64)))
    }

    /// `qwert`, `lkjh`, `1qaz`.
    fn keys(self) -> impl Iterator<Item = Part> + 'a {
        let run = move |keys: &mut dyn Iterator<Item = char>| {
            let pressed = self.characters().map(|character| character.to_ascii_lowercase());
            let length = pressed.zip(keys).take_while(|(pressed, key)| pressed == key).count();
            // A key to start from and a direction, for each length.
            (length >= 3).then(|| self.part(length, libm::log10(216.0 * (length - 1) as f64)))
        };
        KEYS.iter().flat_map(move |keys| {
            let from = |at: usize| {
                [run(&mut keys.chars().skip(at)), run(&mut keys.chars().rev().skip(at))].into_iter().flatten()
            };
            (0..keys.chars().count()).flat_map(from).collect::<Vec<_>>()
        })
    }

    /// The same once more, or many times: `aaaa`, `abcabc`. The shortest piece that is repeated is guessed once.
    fn repeat(self, parts: &[Part]) -> Option<Part> {
        let length = self.characters().count();
        (1..=length / 2).find_map(|piece| {
            let once = self.characters().take(piece);
            let mut rest = self.characters().skip(piece);
            let more = std::iter::from_fn(|| {
                once.clone().all(|character| rest.next() == Some(character)).then_some(())
            });
            let times = 1 + more.count();
            let guesses = || cheapest(self.start..self.start + piece, parts) + libm::log10(times as f64);
            (times > 1).then(|| self.part(piece * times, guesses()))
        })
    }

    /// A year of our time, and a day with or without signs between its numbers.
    fn dates(self) -> Vec<Part> {
        let mut parts = Vec::new();
        for shape in ["YY", "DDMMYY", "DDMMy", "YYMMDD", "D.M.YY", "DD.MM.YY", "DD.MM.y", "YY.MM.DD", "D.M.y"]
        {
            if let Some(length) = self.date(shape) {
                let guesses = match shape {
                    "YY" => 120.0,
                    shape if shape.contains('.') => 4.0 * 120.0 * 365.0,
                    _ => 120.0 * 365.0,
                };
                parts.push(self.part(length, f64::log10(guesses)));
            }
        }
        parts
    }

    /// `YY` is a year of four digits and `y` of two, `DD` and `MM` are two digits, day and month in either order,
    /// `D` and `M` one, and `.` is a sign between them.
    fn date(self, shape: &str) -> Option<usize> {
        let mut characters = self.characters();
        let mut length = 0;
        let mut largest = [0, 0];
        let mut shape = shape.chars().peekable();
        while let Some(sign) = shape.next() {
            let is_double = shape.next_if_eq(&sign).is_some();
            let digits = match (sign, is_double) {
                ('.', _) => {
                    characters.next().filter(|character| "./-_ ".contains(*character))?;
                    length += 1;
                    continue;
                }
                ('Y', _) => 4,
                (_, true) | ('y', _) => 2,
                _ => 1,
            };
            length += digits;
            let number = number(&mut characters, digits)?;
            match sign {
                'Y' if !(1900..2100).contains(&number) => return None,
                'Y' | 'y' => {}
                sign => largest[usize::from(sign == 'M')] = number,
            }
        }
        let [one, other] = largest;
        let is_day = one.min(other) <= 12 && one.max(other) <= 31 && (one > 0) == (other > 0);
        is_day.then_some(length)
    }
}

fn number(characters: &mut impl Iterator<Item = char>, digits: usize) -> Option<u32> {
    (0..digits).try_fold(0, |number, _| Some(10 * number + characters.next()?.to_digit(10)?))
}

/// A sign that people write for a letter.
fn looks_like(sign: char, letter: char) -> bool {
    let signs = match letter {
        'a' => "4@",
        'b' => "8",
        'c' => "({[<",
        'e' => "3",
        'g' => "69",
        'i' | 'l' => "1!|",
        'o' => "0",
        's' => "$5",
        't' => "+7",
        'x' => "%",
        'z' => "2",
        _ => "",
    };
    signs.contains(sign)
}

fn choose(all: u32, of_them: u32) -> f64 {
    (1..=of_them).map(|number| f64::from(all - of_them + number) / f64::from(number)).product()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn score(password: &str) -> u8 {
        let guesses = 10_f64.powf(log10_guesses(password));
        [1e3, 1e6, 1e8, 1e10].iter().filter(|limit| guesses >= **limit + 5.0).count() as u8
    }

    #[test]
    fn what_people_choose_is_guessed_soon() {
        for password in [
            "password",
            "Password",
            "P@ssw0rd",
            "drowssap",
            "123456",
            "abcdefg",
            "7654321",
            "aaaaaaaa",
            "abcabcabc",
            "qwertz",
            "1qaz",
            "1987",
            "31121987",
            "abacus",
            "letmein",
            "",
            "x",
        ] {
            assert!(score(password) <= 1, "{password}: {}", log10_guesses(password));
        }
    }

    #[test]
    fn more_of_what_cannot_be_guessed_takes_longer() {
        for (password, expected) in [
            ("monkey31.12.1987", 2),
            ("abacus-abdomen", 3),
            ("kX9#vQ2p", 2),
            ("kX9#vQ2pLw", 3),
            ("kX9#vQ2pLwT", 4),
            ("correct unruly anvil parade sombre", 4),
            ("\u{5de5}\u{4f5c}\u{5fae}\u{4fe1}", 1),
        ] {
            assert_eq!(score(password), expected, "{password}: {}", log10_guesses(password));
        }
    }

    #[test]
    fn a_part_counts_as_what_is_guessed_soonest() {
        let tried = log10_guesses("tqmvkd");
        assert!((tried - 6.0).abs() < 0.01, "nothing is known of it: {tried}");
        assert!(log10_guesses("dragon") < 3.0);
        assert!(log10_guesses("dragondragon") < log10_guesses("dragon") + 0.5);
        assert!(log10_guesses("tqmvkd1987") < tried + 4.0);
    }

    #[test]
    fn capitals_and_signs_for_letters_make_a_word_little_harder() {
        let plain = log10_guesses("abdominal");
        for (password, times) in
            [("Abdominal", 2.0), ("ABDOMINAL", 2.0), ("abdominaL", 2.0), ("@bdomina1", 4.0)]
        {
            let factor = 10_f64.powf(log10_guesses(password) - plain);
            assert!((factor - times).abs() < 0.01, "{password}: {factor}");
        }
    }

    #[test]
    fn any_text_is_judged() {
        for password in ["\u{0}", "\u{1f512}\u{1f512}", "a\nb", &"ä".repeat(500), "\u{202e}"] {
            assert!(log10_guesses(password).is_finite(), "{password:?}");
        }
        assert_eq!(log10_guesses(""), 0.0);
    }
}
