//! A colour, and how well one can be read on another.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer};

/// The least contrast of text on its ground (WCAG 2.2, success criterion 1.4.3).
pub const READABLE: f64 = 4.5;

/// The lightest ground of mail and pages in the dark scheme.
pub const DARK_GROUND: Color = Color::new(0x2a, 0x2a, 0x27);

/// A colour without transparency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Color([u8; 3]);

impl Color {
    /// The colour of a site that chose none.
    pub const SITE: Self = Self([0x9b, 0x1c, 0x1c]);
    /// White.
    pub const WHITE: Self = Self([255; 3]);

    /// A colour of red, green and blue.
    pub const fn new(red: u8, green: u8, blue: u8) -> Self {
        Self([red, green, blue])
    }

    /// How light it is to the eye, from 0 to 1 (WCAG 2.2, relative luminance).
    fn luminance(self) -> f64 {
        let [red, green, blue] = self.0.map(|channel| {
            let value = f64::from(channel) / 255.0;
            if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        });
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    }

    /// The contrast with another colour, from 1 to 21 (WCAG 2.2, contrast ratio).
    pub fn contrast(self, other: Self) -> f64 {
        let (one, other) = (self.luminance(), other.luminance());
        (one.max(other) + 0.05) / (one.min(other) + 0.05)
    }

    /// The same hue, as bright and then as light as it takes to have that contrast on a dark `ground`.
    #[must_use]
    pub fn lighter_on(self, ground: Self, contrast: f64) -> Self {
        let brightest = self.0.into_iter().max().unwrap_or_default();
        let bright = self.0.map(|channel| {
            let full = u16::from(channel) * 255 / u16::from(brightest.max(1));
            u8::try_from(full).unwrap_or(u8::MAX)
        });
        Self(bright).towards([255; 3], ground, contrast)
    }

    /// The same hue, as dark as it takes to have that contrast on a light `ground`.
    #[must_use]
    pub fn darker_on(self, ground: Self, contrast: f64) -> Self {
        self.towards([0; 3], ground, contrast)
    }

    /// The first of fifty steps to `end` that has that contrast on `ground`.
    fn towards(self, end: [u8; 3], ground: Self, contrast: f64) -> Self {
        let at = |step: u16| {
            let mut mixed = self.0;
            for (channel, end) in mixed.iter_mut().zip(end) {
                let value = (u16::from(*channel) * (50 - step) + u16::from(end) * step) / 50;
                *channel = u8::try_from(value).unwrap_or(end);
            }
            Self(mixed)
        };
        (0..=50).map(at).find(|color| color.contrast(ground) >= contrast).unwrap_or(Self(end))
    }
}

impl fmt::Display for Color {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [red, green, blue] = self.0;
        write!(f, "#{red:02x}{green:02x}{blue:02x}")
    }
}

impl FromStr for Color {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("`{text}` is no colour; write it like #9b1c1c");
        let digits = text.trim().strip_prefix('#').ok_or_else(wrong)?;
        if digits.len() != 6 || !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return Err(wrong());
        }
        let value = u32::from_str_radix(digits, 16).map_err(|_| wrong())?;
        let [_, red, green, blue] = value.to_be_bytes();
        Ok(Self([red, green, blue]))
    }
}

impl<'de> Deserialize<'de> for Color {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_read_and_written() {
        for text in ["#9b1c1c", "#000000", "#ffffff"] {
            assert_eq!(text.parse::<Color>().unwrap().to_string(), text);
        }
        for text in ["red", "#fff", "#12345g", "9b1c1c", "#+12345", ""] {
            assert!(text.parse::<Color>().is_err(), "{text}");
        }
    }

    #[test]
    fn contrast_is_that_of_the_standard() {
        let black = Color::new(0, 0, 0);
        assert!((Color::WHITE.contrast(black) - 21.0).abs() < 0.01);
        // The known border case of grey on white.
        assert!(Color::new(0x76, 0x76, 0x76).contrast(Color::WHITE) >= READABLE);
        assert!(Color::new(0x77, 0x77, 0x77).contrast(Color::WHITE) < READABLE);
    }

    #[test]
    fn a_colour_moves_only_as_far_as_it_has_to() {
        let (red, dark) = (Color::new(0x9b, 0x1c, 0x1c), Color::new(0x2a, 0x2a, 0x27));
        assert_eq!(red.darker_on(Color::WHITE, READABLE), red);
        let lighter = red.lighter_on(dark, 6.0);
        assert!(lighter.contrast(dark) >= 6.0 && lighter.contrast(dark) < 6.5, "{lighter}");
        // Red stays red, and black becomes what can be read.
        assert_eq!(lighter.0[0], 255);
        assert!(Color::new(0, 0, 0).lighter_on(dark, 6.0).contrast(dark) >= 6.0);
        let pale = Color::new(0xff, 0xe0, 0x60);
        assert!(pale.darker_on(Color::WHITE, READABLE).contrast(Color::WHITE) >= READABLE);
    }
}
