mod corrupted;
mod real;
