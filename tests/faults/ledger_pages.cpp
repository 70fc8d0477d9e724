#include "tests/faults/ledger_pages.h"

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <cstring>
#include <filesystem>
#include <fstream>

namespace yht::scenarios {
namespace {

// SQLite's file format, 4.1 and 4.2: a header of 32 octets, then frames of a header and a page; a frame is of the present run
// where its salts are those of the log's header.
constexpr std::uint64_t kLogHeaderBytes = 32, kFrameHeaderBytes = 24;
constexpr std::uint64_t kLogSaltsAt = 16, kFrameSaltsAt = 8, kSaltsBytes = 8;
constexpr std::uint64_t kLogPageBytesAt = 8;

std::string octets(std::ifstream& file, std::uint64_t at, std::uint64_t count) {
    std::string read(count, '\0');
    file.clear();
    file.seekg(static_cast<std::streamoff>(at));
    file.read(read.data(), static_cast<std::streamsize>(count));
    read.resize(static_cast<std::size_t>(file.gcount()));
    return read;
}

std::uint32_t bigEndian(const std::string& four) {
    std::uint32_t value = 0;
    for (const char octet : four) value = value << 8 | static_cast<unsigned char>(octet);
    return value;
}

void change(const std::string& path, std::uint64_t at, std::uint64_t count) {
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    for (std::uint64_t i = 0; i < count; ++i) {
        file.seekg(static_cast<std::streamoff>(at + i));
        const auto other = static_cast<char>(~file.get());
        file.seekp(static_cast<std::streamoff>(at + i));
        file.put(other);
    }
}

}  // namespace

std::vector<Stretch> pagesOf(const std::string& ledger, const std::string& table, const std::string& kind) {
    sqlite3* database = nullptr;
    sqlite3_stmt* query = nullptr;
    std::vector<Stretch> pages;
    EXPECT_EQ(SQLITE_OK, sqlite3_open_v2(ledger.c_str(), &database, SQLITE_OPEN_READONLY, nullptr));
    const char* sql = "SELECT pgoffset, pgsize FROM dbstat WHERE name = ? AND pagetype = ?";
    EXPECT_EQ(SQLITE_OK, sqlite3_prepare_v2(database, sql, -1, &query, nullptr)) << sqlite3_errmsg(database);
    sqlite3_bind_text(query, 1, table.c_str(), -1, SQLITE_STATIC);
    sqlite3_bind_text(query, 2, kind.c_str(), -1, SQLITE_STATIC);
    while (sqlite3_step(query) == SQLITE_ROW) {
        pages.push_back({static_cast<std::uint64_t>(sqlite3_column_int64(query, 0)),
                         static_cast<std::uint64_t>(sqlite3_column_int64(query, 1))});
    }
    sqlite3_finalize(query);
    sqlite3_close(database);
    return pages;
}

Stretch lastFrame(const std::string& log) {
    std::ifstream file(log, std::ios::binary);
    const auto page_bytes = bigEndian(octets(file, kLogPageBytesAt, 4));
    const auto salts = octets(file, kLogSaltsAt, kSaltsBytes);
    Stretch last;
    for (std::uint64_t at = kLogHeaderBytes; octets(file, at + kFrameSaltsAt, kSaltsBytes) == salts;
         at += kFrameHeaderBytes + page_bytes) {
        last = {at + kFrameHeaderBytes, page_bytes};
    }
    EXPECT_NE(0U, last.bytes) << log << " has no frame";
    return last;
}

void spoil(const std::string& path, Stretch where) { change(path, where.at, where.bytes); }

/// Cells are put from a page's end towards its head: what stands last is one.
void flipInLastCell(const std::string& path, Stretch page) { change(path, page.at + page.bytes - 8, 1); }

HeldReader::HeldReader(const std::string& ledger) {
    EXPECT_EQ(SQLITE_OK, sqlite3_open_v2(ledger.c_str(), &database_, SQLITE_OPEN_READONLY, nullptr));
    EXPECT_EQ(SQLITE_OK, sqlite3_exec(database_, "BEGIN; SELECT count(*) FROM leaf", nullptr, nullptr, nullptr));
}

HeldReader::~HeldReader() { sqlite3_close_v2(database_); }

}  // namespace yht::scenarios
