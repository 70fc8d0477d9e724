#include "adapters/kit/zip_archive.h"

#include <zip.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "adapters/kit/decode_output.h"

namespace yht::kit {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::Status;

constexpr std::size_t kPieceBytes = 64U << 10;
constexpr std::size_t kEndRecordBytes = 22;
constexpr std::size_t kCommentBytesMax = 65'535;

Error unreadable(const char* en, const char* zh, std::string detail = {}) {
    return base::makePublicError(ErrorCode::ItemUndecodable, en, zh, std::move(detail));
}

/// libzip reads the whole directory before it can be asked how long that is. So every place that
/// may be taken for the directory's end is asked first.
Status checkDirectory(std::string_view bytes) {
    const std::size_t tail_bytes = std::min(bytes.size(), kEndRecordBytes + kCommentBytesMax);
    const std::string_view tail = bytes.substr(bytes.size() - tail_bytes);
    bool found = false;
    for (std::size_t at = tail.find("PK\5\6"); at != std::string_view::npos;
         at = tail.find("PK\5\6", at + 1)) {
        if (tail.size() - at < kEndRecordBytes) break;
        found = true;
        for (const std::size_t field : {at + 8, at + 10}) {
            const auto low = static_cast<unsigned char>(tail[field]);
            const auto high = static_cast<unsigned char>(tail[field + 1]);
            if (low + 256U * high > ZipArchive::kEntriesMax)
                return ItemOutput::tooLarge("entries", ZipArchive::kEntriesMax);
        }
    }
    if (!found)
        return unreadable("The file is no ZIP archive, or torn.", "文件不是 ZIP 格式,或不完整。");
    return {};
}

struct CloseFile {
    void operator()(zip_file_t* file) const { zip_fclose(file); }
};

}  // namespace

Result<ZipArchive> ZipArchive::open(std::string_view bytes, std::size_t expanded_bytes_max) {
    if (bytes.starts_with("\xD0\xCF\x11\xE0")) {
        return unreadable(
            "The file is an old Office file (.xls) or an encrypted workbook, not .xlsx.",
            "文件是旧版 Office 格式(.xls)或加密的工作簿,不是 .xlsx。"
        );
    }
    if (auto directory = checkDirectory(bytes); !directory) return std::move(directory).error();
    zip_error_t error;
    zip_error_init(&error);
    zip_source_t* source = zip_source_buffer_create(bytes.data(), bytes.size(), 0, &error);
    zip* archive = source == nullptr ? nullptr : zip_open_from_source(source, ZIP_RDONLY, &error);
    const int code = zip_error_code_zip(&error);
    zip_error_fini(&error);
    if (archive == nullptr) {
        if (source != nullptr) zip_source_free(source);
        return unreadable(
            "The ZIP archive can't be read.", "ZIP 文件无法读取。",
            "libzip error " + std::to_string(code)
        );
    }
    return ZipArchive(archive, expanded_bytes_max);
}

ZipArchive::~ZipArchive() {
    if (archive_ != nullptr) zip_discard(archive_);
}

ZipArchive::ZipArchive(ZipArchive&& other) noexcept
    : archive_(std::exchange(other.archive_, nullptr)),
      expanded_bytes_left_(other.expanded_bytes_left_) {}

bool ZipArchive::has(const std::string& name) const {
    return zip_name_locate(archive_, name.c_str(), ZIP_FL_NOCASE) >= 0;
}

std::vector<std::string> ZipArchive::names() const {
    std::vector<std::string> names;
    const zip_int64_t count = zip_get_num_entries(archive_, 0);
    for (zip_int64_t i = 0; i < count; ++i) {
        const char* name = zip_get_name(archive_, static_cast<zip_uint64_t>(i), ZIP_FL_ENC_RAW);
        names.emplace_back(name == nullptr ? "" : name);
    }
    return names;
}

Status ZipArchive::read(
    const std::string& name, const std::function<bool(std::string_view)>& take
) {
    zip_int64_t index = zip_name_locate(archive_, name.c_str(), ZIP_FL_ENC_RAW);
    if (index < 0) index = zip_name_locate(archive_, name.c_str(), ZIP_FL_NOCASE);
    zip_stat_t stat;
    if (index < 0 || zip_stat_index(archive_, static_cast<zip_uint64_t>(index), 0, &stat) != 0)
        return unreadable("The archive lacks a part that it needs.", "文件缺少必需的部件。");
    if (stat.encryption_method != ZIP_EM_NONE)
        return unreadable("The archive is encrypted.", "文件已加密。");
    if (stat.comp_method != ZIP_CM_STORE && stat.comp_method != ZIP_CM_DEFLATE)
        return unreadable(
            "The archive uses a method other than deflate.", "文件使用了不支持的压缩方法。"
        );
    const std::unique_ptr<zip_file_t, CloseFile> file(
        zip_fopen_index(archive_, static_cast<zip_uint64_t>(index), 0)
    );
    if (!file) return unreadable("A part of the archive can't be opened.", "文件的部件无法打开。");
    std::vector<char> piece(kPieceBytes);
    std::size_t expanded = 0;
    const std::size_t packed = std::max<std::size_t>(stat.comp_size, 1);
    for (;;) {
        const zip_int64_t got = zip_fread(file.get(), piece.data(), piece.size());
        if (got < 0) {
            return unreadable(
                "A part of the archive is torn or does not match its checksum.",
                "文件的部件不完整或校验不符。", name
            );
        }
        if (got == 0) return {};
        const auto bytes = static_cast<std::size_t>(got);
        if (bytes > expanded_bytes_left_) {
            expanded_bytes_left_ = 0;
            return base::makePublicError(
                ErrorCode::ItemTooLarge, "The archive expands to more than is allowed.",
                "文件解压后超过上限。"
            );
        }
        expanded_bytes_left_ -= bytes;
        expanded += bytes;
        if (expanded > kRatioFreeBytes && expanded / packed > kExpansionRatioMax)
            return ItemOutput::tooLarge("times its size when expanded", kExpansionRatioMax);
        if (!take({piece.data(), bytes})) return {};
    }
}

Result<std::string> packedTogether(
    const std::vector<std::pair<std::string, std::string_view>>& files, Packing packing
) {
    const auto failed = [] { return base::makeError(ErrorCode::IoFailed, "an archive could not be made"); };
    // The archive writes into the source, which is kept beyond it for its bytes.
    zip_source_t* made = zip_source_buffer_create(nullptr, 0, 0, nullptr);
    if (made == nullptr) return failed();
    const std::unique_ptr<zip_source_t, decltype(&zip_source_free)> kept(made, zip_source_free);
    zip* archive = zip_open_from_source(made, ZIP_TRUNCATE, nullptr);
    if (archive == nullptr) return failed();
    zip_source_keep(made);
    for (const auto& [name, bytes] : files) {
        zip_source_t* content = zip_source_buffer(archive, bytes.data(), bytes.size(), 0);
        const zip_int64_t at = content == nullptr ? -1 : zip_file_add(archive, name.c_str(), content, ZIP_FL_ENC_UTF_8);
        if (at < 0 && content != nullptr) zip_source_free(content);
        const auto index = static_cast<zip_uint64_t>(at);
        if (at < 0 || zip_set_file_compression(archive, index, packing == Packing::Stored ? ZIP_CM_STORE : ZIP_CM_DEFLATE, 0) != 0 ||
            zip_file_set_dostime(archive, index, 0, 0x21, 0) != 0) {  // 1980-01-01: the first that there is
            zip_discard(archive);
            return failed();
        }
    }
    if (zip_close(archive) != 0) {
        zip_discard(archive);
        return failed();
    }
    std::string packed;
    zip_stat_t stat;
    if (zip_source_stat(made, &stat) != 0 || zip_source_open(made) != 0) return failed();
    packed.resize(stat.size);
    const zip_int64_t got = zip_source_read(made, packed.data(), packed.size());
    zip_source_close(made);
    if (got != static_cast<zip_int64_t>(packed.size())) return failed();
    return packed;
}

}  // namespace yht::kit
