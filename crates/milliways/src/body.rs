//! A user's function with its arguments, as something that can be tried several times.

use std::pin::Pin;

use crate::BoxError;

/// One attempt under way.
pub(crate) type Attempt<T> = Pin<Box<dyn Future<Output = Result<T, BoxError>> + Send>>;

/// The function. It is told whether this is its last attempt, so that arguments need no copy then.
pub enum Body<T> {
    /// An `async fn`.
    Async(Box<dyn FnMut(bool) -> Attempt<T> + Send>),
    /// A plain `fn`.
    Sync(Box<dyn FnMut(bool) -> Result<T, BoxError> + Send>),
}

impl<T> Body<T> {
    /// For the attribute.
    pub fn asynchronous<F, Fut>(mut function: F) -> Self
    where
        F: FnMut(bool) -> Fut + Send + 'static,
        Fut: Future<Output = Result<T, BoxError>> + Send + 'static,
    {
        Self::Async(Box::new(move |last| Box::pin(function(last))))
    }

    /// For the attribute.
    pub fn synchronous<F>(function: F) -> Self
    where
        F: FnMut(bool) -> Result<T, BoxError> + Send + 'static,
    {
        Self::Sync(Box::new(function))
    }
}

/// The arguments of a call: copied for each attempt but the last.
#[derive(Debug)]
pub struct Arguments<A>(Option<A>);

impl<A: Clone> Arguments<A> {
    /// For the attribute.
    pub fn new(arguments: A) -> Self {
        Self(Some(arguments))
    }

    /// The arguments of the next attempt.
    ///
    /// # Errors
    /// After the last attempt, which does not come about.
    pub fn next(&mut self, is_last: bool) -> Result<A, BoxError> {
        let arguments = if is_last {
            self.0.take()
        } else {
            self.0.clone()
        };
        arguments.ok_or_else(|| "the arguments of the last attempt are used up".into())
    }
}

/// What an argument has to be.
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be an argument of a flow or a task",
    label = "has to be `Clone + Send + 'static`",
    note = "arguments are kept for another attempt, which may be on another thread: an `Arc` around it is enough"
)]
pub trait Argument: Clone + Send + 'static {}

impl<T: Clone + Send + 'static> Argument for T {}

/// For the attribute: says in one place, and in words, what is wrong with an argument's type.
pub const fn check_argument<T: Argument>() {}

/// For the attribute.
pub fn boxed<E: Into<BoxError>>(error: E) -> BoxError {
    error.into()
}
