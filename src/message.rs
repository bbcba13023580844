//! A rendered mail and a recipient become the bytes of a message.
