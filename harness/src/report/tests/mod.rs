mod real;
mod spoiled;
