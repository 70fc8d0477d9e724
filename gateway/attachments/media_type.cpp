#include "gateway/attachments/media_type.h"

#include <algorithm>

namespace yht::attachments {
namespace {

using base::ErrorCode;
using namespace std::string_view_literals;

struct Magic {
    std::size_t offset;
    std::string_view octets;
};

struct TypeRow {
    const char* name;
    Magic first, second;          // second: "" where one is enough
    std::string_view media_types;  // separated by spaces; the first is the one we give
};

constexpr Magic kNone{0, ""};

// clang-format off
constexpr TypeRow kTaken[] = {
    // found     octets that say so                            its names
    {"JPEG",     {0, "\xFF\xD8\xFF"sv},              kNone,          "image/jpeg image/jpg image/pjpeg"},
    {"PNG",      {0, "\x89PNG\r\n\x1A\n"sv},         kNone,          "image/png"},
    {"GIF",      {0, "GIF87a"sv},                    kNone,          "image/gif"},
    {"GIF",      {0, "GIF89a"sv},                    kNone,          "image/gif"},
    {"WebP",     {0, "RIFF"sv},                      {8, "WEBP"sv},  "image/webp"},
    {"BMP",      {0, "BM"sv},                        {6, "\0\0\0\0"sv}, "image/bmp image/x-ms-bmp"},
    {"PDF",      {0, "%PDF-"sv},                     kNone,          "application/pdf"},
    {"ZIP",      {0, "PK\x03\x04"sv},                kNone,          "application/zip application/x-zip-compressed application/ofd "
     "application/vnd.openxmlformats-officedocument.wordprocessingml.document "
     "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet "
     "application/vnd.openxmlformats-officedocument.presentationml.presentation"},
    {"OLE2",     {0, "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"sv}, kNone,   "application/x-ole-storage application/msword application/vnd.ms-excel "
     "application/vnd.ms-powerpoint application/vnd.ms-outlook"},
    {"MP3",      {0, "ID3"sv},                       kNone,          "audio/mpeg audio/mp3"},
    {"MP3",      {0, "\xFF\xFB"sv},                  kNone,          "audio/mpeg audio/mp3"},
    {"MP3",      {0, "\xFF\xF3"sv},                  kNone,          "audio/mpeg audio/mp3"},
    {"MP3",      {0, "\xFF\xF2"sv},                  kNone,          "audio/mpeg audio/mp3"},
    {"WAV",      {0, "RIFF"sv},                      {8, "WAVE"sv},  "audio/wav audio/x-wav audio/wave audio/vnd.wave"},
    {"AMR",      {0, "#!AMR\n"sv},                   kNone,          "audio/amr"},
    {"AMR-WB",   {0, "#!AMR-WB\n"sv},                kNone,          "audio/amr-wb"},
    {"Ogg",      {0, "OggS"sv},                      kNone,          "audio/ogg video/ogg application/ogg audio/opus"},
    {"MP4",      {4, "ftyp"sv},                      kNone,          "video/mp4 audio/mp4 audio/x-m4a video/quicktime video/3gpp audio/3gpp"},
};

/// Not taken, but worth naming in the refusal.
constexpr TypeRow kNamed[] = {
    {"a Windows program",       {0, "MZ"sv},                      kNone, "Windows 可执行程序"},
    {"a program (ELF)",         {0, "\x7F" "ELF"sv},              kNone, "可执行程序(ELF)"},
    {"a Java class",            {0, "\xCA\xFE\xBA\xBE"sv},        kNone, "Java 类文件"},
    {"a script",                {0, "#!"sv},                      kNone, "脚本"},
    {"a RAR archive",           {0, "Rar!\x1A\x07"sv},            kNone, "RAR 压缩包"},
    {"a 7-Zip archive",         {0, "7z\xBC\xAF\x27\x1C"sv},      kNone, "7z 压缩包"},
    {"gzip data",               {0, "\x1F\x8B"sv},                kNone, "gzip 数据"},
    {"an empty ZIP archive",    {0, "PK\x05\x06"sv},              kNone, "空 ZIP 压缩包"},
    {"text in UTF-16",          {0, "\xFF\xFE"sv},                kNone, "UTF-16 文本"},
    {"text in UTF-16",          {0, "\xFE\xFF"sv},                kNone, "UTF-16 文本"},
};
// clang-format on

constexpr std::string_view kTextTypes = "text/plain text/csv application/json text/markdown";

bool holds(base::BytesView beginning, const Magic& magic) {
    return beginning.size() >= magic.offset &&
           beginning.substr(magic.offset).starts_with(magic.octets);
}

template <std::size_t kCount>
const TypeRow* findRow(const TypeRow (&rows)[kCount], base::BytesView beginning) {
    for (const auto& row : rows) {
        if (holds(beginning, row.first) && holds(beginning, row.second)) return &row;
    }
    return nullptr;
}

std::string_view firstOf(std::string_view names) {
    return names.substr(0, names.find(' '));
}

bool isAmong(std::string_view names, std::string_view name) {
    while (!names.empty()) {
        const auto one = firstOf(names);
        if (one == name) return true;
        names.remove_prefix(std::min(names.size(), one.size() + 1));
    }
    return false;
}

/// "image/jpeg" of " Image/JPEG; q=1".
std::string essence(std::string_view declared) {
    declared = declared.substr(0, declared.find(';'));
    std::string out;
    for (const char c : declared) {
        if (c == ' ' || c == '\t') continue;
        out += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    }
    return out;
}

base::Error notTaken(base::BytesView beginning) {
    std::string en = "bytes of no type that is known here";
    std::string zh = "无法识别的数据";
    if (beginning.empty()) {
        en = "nothing: it is empty";
        zh = "空文件";
    } else if (const auto* row = findRow(kNamed, beginning)) {
        en = row->name;
        zh = row->media_types;
    }
    return base::makePublicError(
        ErrorCode::AttachmentType,
        "This type of attachment is not taken. Found: " + en + ".",
        "不接收此类附件,实际内容为:" + zh + "。"
    );
}

}  // namespace

void TextJudge::take(unsigned char octet) {
    const bool control = octet < 0x20 || octet == 0x7F;
    if (control && octet != '\t' && octet != '\n' && octet != '\f' && octet != '\r') clean_ = false;
    if (utf8_) takeUtf8(octet);
    if (gb18030_) takeGb18030(octet);
}

/// Unicode 15, table 3-7: no overlong forms, no surrogates, nothing past U+10FFFF.
void TextJudge::takeUtf8(unsigned char octet) {
    if (utf8_left_ > 0) {
        utf8_ = octet >= utf8_low_ && octet <= utf8_high_;
        --utf8_left_;
        utf8_low_ = 0x80;
        utf8_high_ = 0xBF;
        return;
    }
    if (octet < 0x80) return;
    if (octet >= 0xC2 && octet <= 0xDF) {
        utf8_left_ = 1;
    } else if (octet >= 0xE0 && octet <= 0xEF) {
        utf8_left_ = 2;
        if (octet == 0xE0) utf8_low_ = 0xA0;
        if (octet == 0xED) utf8_high_ = 0x9F;
    } else if (octet >= 0xF0 && octet <= 0xF4) {
        utf8_left_ = 3;
        if (octet == 0xF0) utf8_low_ = 0x90;
        if (octet == 0xF4) utf8_high_ = 0x8F;
    } else {
        utf8_ = false;
    }
}

/// GB 18030: one octet, two (81-FE, 40-7E or 80-FE) or four (81-FE, 30-39, 81-FE, 30-39).
void TextJudge::takeGb18030(unsigned char octet) {
    const bool lead = octet >= 0x81 && octet <= 0xFE;
    const bool digit = octet >= 0x30 && octet <= 0x39;
    switch (gb_place_) {
        case 0:
            if (lead) gb_place_ = 1;
            else gb18030_ = octet < 0x80;
            return;
        case 1:
            if (digit) gb_place_ = 2;
            else {
                gb_place_ = 0;
                gb18030_ = (octet >= 0x40 && octet <= 0x7E) || (octet >= 0x80 && octet <= 0xFE);
            }
            return;
        case 2:
            gb_place_ = 3;
            gb18030_ = lead;
            return;
        default:
            gb_place_ = 0;
            gb18030_ = digit;
    }
}

base::Status TypeDetector::take(base::BytesView content) {
    if (known_) return {};
    const bool undecided = beginning_.size() < kMagicBytesMax;
    if (undecided) beginning_ += content.substr(0, kMagicBytesMax - beginning_.size());
    if (findRow(kTaken, beginning_) != nullptr) {
        known_ = true;
        return {};
    }
    if (findRow(kNamed, beginning_) == nullptr) {
        for (const char c : content) {
            if (!text_.possible()) break;
            text_.take(static_cast<unsigned char>(c));
        }
        if (text_.possible()) return {};
    }
    // A magic number may yet be completed by what comes.
    if (beginning_.size() < kMagicBytesMax) return {};
    return notTaken(beginning_);
}

base::Result<std::string> TypeDetector::finish(std::string_view declared) {
    const auto* row = findRow(kTaken, beginning_);
    const bool text = row == nullptr && findRow(kNamed, beginning_) == nullptr && text_.isText();
    if (beginning_.empty() || (row == nullptr && !text)) return notTaken(beginning_);
    const auto names = row == nullptr ? kTextTypes : row->media_types;
    const auto wanted = essence(declared);
    if (wanted == "application/octet-stream") return std::string(firstOf(names));
    if (isAmong(names, wanted)) return wanted;
    const std::string found = row == nullptr ? "text" : row->name;
    return base::makePublicError(
        ErrorCode::AttachmentTypeDiffers,
        "Content-Type is not the type of the bytes, which are " + found + ": use " +
            std::string(firstOf(names)) + ".",
        "Content-Type 与内容不符,实际内容为 " + found + ",应为 " + std::string(firstOf(names)) + "。"
    );
}

std::string mediaTypeTable() {
    std::string text = "| found | Content-Type |\n| --- | --- |\n";
    std::string_view last;
    for (const auto& row : kTaken) {
        if (last == row.name) continue;
        last = row.name;
        text += "| " + std::string(row.name) + " | " + std::string(row.media_types) + " |\n";
    }
    return text + "| text (UTF-8, GB18030) | " + std::string(kTextTypes) + " |\n";
}

}  // namespace yht::attachments
