"""Split by time, backtest, choose."""
