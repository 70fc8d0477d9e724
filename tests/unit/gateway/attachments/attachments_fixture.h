// The small language of these tests: a store in a folder of its own, opened and opened again, fed with
// bytes, read in ranges, tampered with.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "gateway/attachments/store.h"

namespace yht::attachments {

/// So many octets that begin as a PNG does and repeat nothing.
inline base::Bytes png(std::size_t size, char flavour = 'a') {
    base::Bytes content = "\x89PNG\r\n\x1A\n";
    content += flavour;
    for (std::uint32_t i = 0; content.size() < size; ++i) base::appendU32(content, i * 2654435761U);
    content.resize(size);
    return content;
}

inline std::string digestOf(base::BytesView content) {
    return base::toHex(crypto::sha256(content));
}

template <class T>
std::string codeOf(const T& result) {
    return result.ok() ? "ok" : result.error().row().wire;
}

class AttachmentsTest : public ::testing::Test {
protected:
    AttachmentsTest() {
        std::signal(SIGPIPE, SIG_IGN);
        char name[] = "/tmp/yht-attachments-XXXXXX";
        folder_ = ::mkdtemp(name);
    }
    ~AttachmentsTest() override { std::filesystem::remove_all(folder_); }

    StoreOptions options() {
        return {.directory = folder_ + "/attachments", .kek = base::Bytes(32, 'k'), .random = random_, .clock = clock_};
    }
    void open(const StoreOptions& options) {
        store_.reset();
        auto opened = Store::open(options);
        ASSERT_TRUE(opened.ok()) << base::describe(opened.error());
        store_ = *std::move(opened);
    }
    Store& store() {
        if (!store_) open(options());
        return *store_;
    }
    /// Brings it whole, in pieces of that size.
    base::Result<Kept> bring(
        const std::string& partner, base::BytesView content, const std::string& type = "image/png",
        std::size_t piece_bytes = 5000
    ) {
        auto upload = store().begin(partner);
        if (!upload.ok()) return upload.error();
        for (base::BytesView rest = content; !rest.empty();) {
            const auto piece = rest.substr(0, piece_bytes);
            if (auto written = (*upload)->write(piece); !written) return written.error();
            rest.remove_prefix(piece.size());
        }
        return (*upload)->keep({.media_type = type, .sha256 = crypto::sha256(content)});
    }
    /// [first, first + count) as the store gives it, or the wire code.
    std::string read(const std::string& digest, std::uint64_t first, std::uint64_t count) {
        auto reader = store().find(digest);
        if (!reader.ok()) return codeOf(reader);
        base::Bytes content;
        while (content.size() < count) {
            const auto piece = reader->read(first + content.size(), count - content.size());
            if (!piece.ok()) return codeOf(piece);
            if (piece->empty()) break;
            content += *piece;
        }
        return content;
    }
    std::string fileOf(const std::string& digest) const {
        return folder_ + "/attachments/" + digest.substr(0, 2) + "/" + digest;
    }
    std::vector<std::string> incoming() const {
        std::vector<std::string> names;
        for (const auto& file : std::filesystem::directory_iterator(folder_ + "/attachments/incoming")) {
            names.push_back(file.path().filename());
        }
        return names;
    }
    /// Every regular file below the folder that is not empty.
    std::size_t fileCount() const {
        std::size_t count = 0;
        for (const auto& file : std::filesystem::recursive_directory_iterator(folder_)) {
            if (file.is_regular_file() && file.file_size() > 0) ++count;
        }
        return count;
    }
    static base::Bytes readAll(const std::string& path) {
        std::ifstream in(path, std::ios::binary);
        std::ostringstream text;
        text << in.rdbuf();
        return text.str();
    }
    static void writeAll(const std::string& path, base::BytesView bytes) {
        std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
    }
    static void flip(const std::string& path, std::size_t at) {
        auto bytes = readAll(path);
        bytes.at(at) = static_cast<char>(bytes.at(at) ^ 1);
        writeAll(path, bytes);
    }
    std::string program(const std::string& name, const std::string& script) {
        const auto path = folder_ + "/" + name;
        writeAll(path, "#!/bin/sh\n" + script);
        ::chmod(path.c_str(), S_IRWXU);
        return path;
    }

    std::string folder_;
    base::SeededRandom random_{20190418};
    base::ManualClock clock_{1'555'545'600'000};  // 2019-04-18T00:00:00Z
    std::unique_ptr<Store> store_;
};

}  // namespace yht::attachments
