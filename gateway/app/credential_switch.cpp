#include "gateway/app/credential_switch.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <sstream>

#include "gateway/app/deployment.h"
#include "gateway/app/private_file.h"

namespace yht::app {
namespace {

namespace fs = std::filesystem;
using base::ErrorCode;

constexpr const char* kNote = "/certificates.switch";
constexpr const char* kNext = ".next";
constexpr const char* kPrevious = ".previous";
constexpr const char* kPreviousNext = ".previous.next";

base::Error failed(const std::string& what) { return base::makeError(ErrorCode::IoFailed, what + ": " + std::strerror(errno)); }

base::Status writeWhole(const std::string& path, const std::string& content, bool secret) {
    std::error_code ignored;
    fs::remove(path + ".part", ignored);  // of a switch that ended before its note
    auto file = PrivateFile::create(path);
    if (!file.ok()) return std::move(file).error();
    if (auto written = file->append(content); !written.ok()) return written;
    if (auto published = file->publish(); !published.ok()) return published;
    if (!secret && ::chmod(path.c_str(), 0644) != 0) return failed(path);
    return {};
}

base::Status syncFolderOf(const std::string& path) {
    const std::string folder = fs::path(path).parent_path().string();
    const int descriptor = ::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0) return failed(folder);
    const bool synced = ::fsync(descriptor) == 0;
    ::close(descriptor);
    return synced ? base::Status() : base::Status(failed(folder));
}

}  // namespace

base::Status finishSwitch(const std::string& notes) {
    const std::string note = notes + kNote;
    std::error_code ignored;
    if (!fs::exists(note, ignored)) return {};
    const auto text = readFile(note);
    if (!text.ok()) return text.error();
    std::istringstream lines(*text);
    for (std::string line; std::getline(lines, line);) {
        const auto tab = line.find('\t');
        if (tab == std::string::npos) continue;
        const std::string from = line.substr(0, tab), to = line.substr(tab + 1);
        if (!fs::exists(from, ignored)) continue;  // done before
        if (::rename(from.c_str(), to.c_str()) != 0) return failed(from);
        if (auto synced = syncFolderOf(to); !synced.ok()) return synced;
    }
    if (::unlink(note.c_str()) != 0) return failed(note);
    return syncFolderOf(note);
}

base::Status switchFiles(const std::string& notes, const std::vector<FileSwitch>& files) {
    std::string note;
    for (const auto& file : files) {
        const auto before = readFile(file.target);
        if (before.ok()) {
            if (auto kept = writeWhole(file.target + kPreviousNext, *before, file.secret); !kept.ok()) return kept;
            note += file.target + kPreviousNext + '\t' + file.target + kPrevious + '\n';
        }
        if (auto written = writeWhole(file.target + kNext, file.content, file.secret); !written.ok()) return written;
        note += file.target + kNext + '\t' + file.target + '\n';
    }
    if (auto noted = writeWhole(notes + kNote, note, true); !noted.ok()) return noted;
    return finishSwitch(notes);
}

base::Result<std::vector<FileSwitch>> previousOf(const std::vector<FileSwitch>& files) {
    std::vector<FileSwitch> before;
    for (const auto& file : files) {
        std::error_code ignored;
        if (!fs::exists(file.target + kPrevious, ignored)) continue;
        auto content = readFile(file.target + kPrevious);
        if (!content.ok()) return std::move(content).error();
        before.push_back({file.target, *std::move(content), file.secret});
    }
    return before;
}

base::Status restorePrevious(const std::vector<FileSwitch>& files, const std::vector<FileSwitch>& earlier) {
    for (const auto& file : files) {
        std::error_code ignored;
        fs::remove(file.target + kPrevious, ignored);
    }
    for (const auto& file : earlier) {
        if (auto written = writeWhole(file.target + kPrevious, file.content, file.secret); !written.ok()) return written;
    }
    return {};
}

}  // namespace yht::app
