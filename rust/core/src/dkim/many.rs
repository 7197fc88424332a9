//! Many messages at once, shared among threads.

use std::panic::resume_unwind;
use std::sync::{Mutex, PoisonError};
use std::thread;

use super::signed_mail::{SignedMail, VerifyOptions};
use crate::dns::{Answer, Question};
use crate::finding::Finding;

/// Messages that have been read and hashed, and wait for their key records.
#[derive(Debug)]
pub struct Batch {
    mails: Vec<(SignedMail, Vec<Question>)>,
    threads: usize,
}

impl Batch {
    /// Reads whole messages on so many threads, the caller's among them.
    pub fn read(messages: &[&[u8]], options: &VerifyOptions, threads: usize) -> Self {
        let read = |message| {
            let mut mail = SignedMail::whole(message, options.clone());
            let questions = mail.questions();
            (mail, questions)
        };
        Self { mails: spread(messages.to_vec(), threads, read), threads }
    }

    /// What the signatures of each message ask for.
    pub fn questions(&self) -> impl Iterator<Item = &[Question]> {
        self.mails.iter().map(|(_, questions)| questions.as_slice())
    }

    /// The findings of each message, in the order of the messages; `answers` holds one for each of
    /// [`Batch::questions`].
    pub fn findings(self, answers: Vec<Vec<Answer>>) -> Vec<Vec<Finding>> {
        let mails = self.mails.into_iter().zip(answers).collect();
        spread(mails, self.threads, |((mut mail, questions), answers)| {
            questions.into_iter().zip(answers).for_each(|(question, answer)| mail.learn(question, answer));
            mail.questions();
            mail.findings().unwrap_or_default()
        })
    }
}

/// Does `work` on every item, in whatever order threads get to it; the outcomes stand in the order of the items.
fn spread<I: Send, T: Send>(items: Vec<I>, threads: usize, work: impl Fn(I) -> T + Sync) -> Vec<T> {
    let threads = threads.clamp(1, items.len().max(1));
    if threads == 1 {
        return items.into_iter().map(work).collect();
    }
    let mut outcomes: Vec<Option<T>> = items.iter().map(|_| None).collect();
    let queue = Mutex::new(items.into_iter().zip(&mut outcomes));
    let labour = || {
        // The lock is let go before the work begins.
        while let Some((item, outcome)) = take_next(&queue) {
            *outcome = Some(work(item));
        }
    };
    thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(labour)).collect();
        labour();
        others.into_iter().for_each(|other| other.join().unwrap_or_else(|panic| resume_unwind(panic)));
    });
    drop(queue);
    outcomes.into_iter().flatten().collect()
}

fn take_next<T>(queue: &Mutex<impl Iterator<Item = T>>) -> Option<T> {
    queue.lock().unwrap_or_else(PoisonError::into_inner).next()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;
    use std::sync::Barrier;

    use super::*;
    use crate::dkim::tests::fixture::{FIELD, MAIL, NOW, RSA_PUBLIC, rsa, signed, txt};

    #[test]
    fn work_is_done_by_all_threads_and_its_outcomes_keep_their_order() {
        // Two items must meet, so that no thread can do them all.
        let meeting = Barrier::new(2);
        let outcomes = spread((0..20).collect(), 2, |number: u32| {
            meeting.wait();
            (number, thread::current().id())
        });
        assert_eq!(outcomes.iter().map(|(number, _)| *number).collect::<Vec<_>>(), (0..20).collect::<Vec<_>>());
        assert_eq!(outcomes.iter().map(|(_, thread)| *thread).collect::<HashSet<_>>().len(), 2);
    }

    #[test]
    fn there_are_no_more_threads_than_items_and_one_at_least() {
        for (items, threads) in [(0, 0), (0, 4), (1, 0), (1, 4), (3, 64)] {
            assert_eq!(spread(vec![7; items], threads, |item| item + 1), vec![8; items], "{items} by {threads}");
        }
    }

    #[test]
    fn many_messages_have_the_findings_of_each_and_a_key_is_read_once() {
        let good = signed(MAIL, FIELD, &rsa());
        let bad = format!("{good}more\r\n");
        let messages = [&good, &bad, MAIL, &good, ""].map(str::as_bytes);
        let options = VerifyOptions { now_seconds: NOW, ..VerifyOptions::default() };
        for threads in [1, 2, 8] {
            let batch = Batch::read(&messages, &options, threads);
            let record = txt(&format!("v=DKIM1; p={RSA_PUBLIC}"));
            let answers = batch.questions().map(|asked| vec![record.clone(); asked.len()]).collect();
            let findings = batch.findings(answers);
            let codes: Vec<_> = findings.iter().map(|findings| findings[0].reason.code()).collect();
            let (good, bad, none) = ("dkim.verified", "dkim.body-hash-differs", "dkim.no-signature");
            assert_eq!(codes, [good, bad, none, good, none], "{threads} threads");
        }
        assert_eq!((options.keys.reads(), options.keys.hits()), (1, 8));
    }
}
