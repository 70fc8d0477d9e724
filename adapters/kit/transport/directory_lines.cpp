#include "adapters/kit/transport/directory_lines.h"

#include <algorithm>
#include <charconv>

#include "gateway/base/text.h"

namespace yht::kit {
namespace {

constexpr int kSizeColumn = 4;  // mode, links, user, group, size, month, day, time, name
constexpr int kNameColumn = 8;

base::Error invalid(const char* what) {
    return base::makeError(base::ErrorCode::PeerAnswerInvalid, std::string("directory listing: ") + what);
}

/// The next word; `line` goes on behind the spaces that follow it.
std::string_view nextWord(std::string_view& line) {
    const std::size_t end = std::min(line.find(' '), line.size());
    const std::string_view word = line.substr(0, end);
    line.remove_prefix(std::min(line.find_first_not_of(' ', end), line.size()));
    return word;
}

base::Status readLine(std::string_view line, std::vector<FileEntry>& files) {
    if (line.empty() || line.starts_with("total ")) return {};
    if (line.front() != '-') {
        // A directory, a link, a device; anything else is no mode at all.
        constexpr std::string_view kOthers = "dlbcps";
        return kOthers.find(line.front()) == std::string_view::npos ? base::Status(invalid("no ls -l form"))
                                                                     : base::Status();
    }
    FileEntry file;
    for (int column = 0; column < kNameColumn; ++column) {
        // One space stands before the name: more belong to it.
        if (column == kNameColumn - 1) {
            const std::size_t end = line.find(' ');
            if (end == std::string_view::npos) return invalid("a line without a name");
            line.remove_prefix(end + 1);
            break;
        }
        const std::string_view word = nextWord(line);
        if (column != kSizeColumn) continue;
        const auto read = std::from_chars(word.data(), word.data() + word.size(), file.size_bytes);
        if (read.ec != std::errc() || read.ptr != word.data() + word.size()) return invalid("a size that is no number");
    }
    if (!isPlainFileName(line)) return {};
    file.name = line;
    files.push_back(std::move(file));
    return {};
}

}  // namespace

bool isPlainFileName(std::string_view name) {
    if (name.empty() || name.size() > kFileNameBytesMax || name == "." || name == "..") return false;
    return std::none_of(name.begin(), name.end(), [](unsigned char c) { return c < 0x20 || c == 0x7F || c == '/'; });
}

bool isPlainPath(std::string_view path) {
    if (path.size() > kFilePathBytesMax || !path.starts_with('/')) return false;
    if (path == "/") return true;
    for (std::size_t at = 1; at <= path.size();) {
        const std::size_t slash = std::min(path.find('/', at), path.size());
        if (!isPlainFileName(path.substr(at, slash - at))) return false;
        at = slash + 1;
    }
    return true;
}

base::Result<std::vector<FileEntry>> readDirectoryLines(std::string_view listing) {
    std::vector<FileEntry> files;
    while (!listing.empty()) {
        const std::size_t end = std::min(listing.find('\n'), listing.size());
        std::string_view line = listing.substr(0, end);
        listing.remove_prefix(std::min(end + 1, listing.size()));
        if (line.ends_with('\r')) line.remove_suffix(1);
        if (auto read = readLine(line, files); !read.ok()) return std::move(read).error();
        if (files.size() > kListedFilesMax) return invalid("more than 20000 files");
    }
    std::sort(files.begin(), files.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
    return files;
}

}  // namespace yht::kit
