//! The records of one answer, and what was read out of them.

use std::any::Any;
use std::fmt;
use std::ops::Deref;
use std::sync::{Arc, OnceLock};

use super::Record;

/// The records of one answer. A copy is another hold on the same, so that what one mail read is there for the next.
#[derive(Clone)]
pub struct Records(Arc<Kept>);

struct Kept {
    records: Box<[Record]>,
    compiled: Compiled,
}

/// One value for each type that was asked for: SPF and Sender ID may both read the TXT records of a name. A chain,
/// because a value must stay where it is while others are added.
#[derive(Default)]
struct Compiled {
    value: OnceLock<Box<dyn Any + Send + Sync>>,
    next: OnceLock<Box<Compiled>>,
}

impl Records {
    /// What `read` makes of the records; done once for each type, whoever asks.
    pub fn compiled<T: Any + Send + Sync>(&self, read: impl Fn(&[Record]) -> T) -> &T {
        let mut place = &self.0.compiled;
        loop {
            let value = place.value.get_or_init(|| Box::new(read(self)));
            if let Some(value) = value.downcast_ref() {
                return value;
            }
            place = place.next.get_or_init(Box::default);
        }
    }
}

impl Deref for Records {
    type Target = [Record];

    fn deref(&self) -> &[Record] {
        &self.0.records
    }
}

impl From<Vec<Record>> for Records {
    fn from(records: Vec<Record>) -> Self {
        Self(Arc::new(Kept { records: records.into(), compiled: Compiled::default() }))
    }
}

impl FromIterator<Record> for Records {
    fn from_iter<I: IntoIterator<Item = Record>>(records: I) -> Self {
        records.into_iter().collect::<Vec<_>>().into()
    }
}

impl PartialEq for Records {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl Eq for Records {}

impl fmt::Debug for Records {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(out)
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    #[test]
    fn what_was_read_is_there_for_all_who_hold_the_answer_and_each_kind_is_read_once() {
        let records: Records = vec![Record::Txt(b"v=spf1 -all".to_vec())].into();
        let reads = Cell::new(0);
        let length = |records: &Records| -> usize {
            *records.compiled(|records| {
                reads.set(reads.get() + 1);
                records.len()
            })
        };
        let text = |records: &Records| records.compiled(|records| format!("{records:?}")).clone();
        let copy = records.clone();
        assert_eq!((length(&records), length(&copy), text(&copy)), (1, 1, text(&records)));
        assert_eq!((length(&copy), reads.get()), (1, 1));
        assert_eq!(records, copy);
        assert_ne!(records, Vec::new().into());
    }
}
