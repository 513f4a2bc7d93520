// The file of an account's book: an SQLite database with one row.
#pragma once

#include "ledger/book_text.hpp"
#include "ledger/quota_ledger.hpp"

#include <string>

namespace cardresolver::database {
class sqlite_connection;
}

namespace cardresolver::ledger {

/// Throws the `ledger_error` of a file at `path` that cannot be trusted. `why`: what is wrong with it.
[[noreturn]] void refuse_damaged(const std::string& path, const std::string& why);

/// Makes FOLDER (mode 0700; those above it, too) where it is missing. Throws `ledger_error`.
void make_ledger_folder(const std::string& folder);

/// Makes `path` (mode 0600), with `book` in it, where there is nothing of that name. It shows under its name
/// whole and durable or not at all, so an empty file is none of ours. Whoever else makes it at the same time
/// may be first. Throws `ledger_error` and `database::sqlite_error`.
void make_ledger_file(const std::string& folder, const std::string& path, const stored_book& book);

/// Throws `ledger_error` where `connection`, to the file at `path`, is to no ledger of this version.
void require_ledger(database::sqlite_connection& connection, const std::string& path);

}  // namespace cardresolver::ledger
