// A ledger's file and its write-ahead log, as the disk has them: which page holds what, and how one is spoilt.
// Uses: SQLite. Used by: disk_test.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

struct sqlite3;

namespace yht::scenarios {

/// A place in a file.
struct Stretch {
    std::uint64_t at = 0, bytes = 0;
};

/// Pages of a table or index; `kind`: "internal" or "leaf" (of its b-tree). Requires: nobody writes the file.
std::vector<Stretch> pagesOf(const std::string& ledger, const std::string& table, const std::string& kind);
/// The last frame of the log's present run, without its header of 24 octets. Requires: a log with frames.
Stretch lastFrame(const std::string& log);

/// Octets that stood there before become others.
void spoil(const std::string& path, Stretch where);
/// One octet of a page's last cell becomes another.
void flipInLastCell(const std::string& path, Stretch page);

/// Reads from the ledger for as long as it lives: what is committed from now on stays in the log, and only there.
class HeldReader {
public:
    explicit HeldReader(const std::string& ledger);
    ~HeldReader();
    HeldReader(const HeldReader&) = delete;
    HeldReader& operator=(const HeldReader&) = delete;

private:
    sqlite3* database_ = nullptr;
};

}  // namespace yht::scenarios
