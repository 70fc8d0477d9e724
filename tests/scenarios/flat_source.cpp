#include "tests/scenarios/flat_source.h"

#include <filesystem>
#include <fstream>
#include <iterator>

namespace yht::scenarios {

void shipFlatSource(const Federation& federation) {
    const std::string deployment = federation.deployment() + "/";
    for (const char* folder : {"sources/zz-flat", "products/flat/results", "out", "staging"}) {
        std::filesystem::create_directories(deployment + folder);
    }
    const auto write = [&](const std::string& name, const std::string& text) {
        std::ofstream(deployment + name, std::ios::binary) << text;
    };
    write("products/flat/product.yaml", "product: flat\nproduct_title: flat\nproduct_version: \"1\"\ndecode: {format: json}\n"
          "results: {kinds: [appeal, result], sender_id: YHT}\n");
    write("products/flat/mapping.yaml", R"(times: {formats: ["%Y-%m-%d %H:%M:%S"]}
ignore: {mirrored: {when: {ORIGIN: "12345"}}}
records:
  appeal:
    kind: appeal
    rows:
      record_ref: NO
      ticket_ref: NO
      ticket_no: OURS
      event_time: TIME
      appeal_time: TIME
      channel: {const: "10"}
      appeal_type: {const: "1"}
      category_path: {from: CLASS}
      title: TITLE
      content: TITLE
      handling_way: {const: "0"}
      is_anonymous: {const: "true"}
      is_secret: {const: "false"}
      area_code: {const: "430200"}
      urgency: {const: "3"}
)");
    write("sources/zz-flat/source.yaml",
          "id: zz-flat\ntitle: t\nproduct: flat\nsource: zz-12315\nlifecycle: live\nowner: {unit: 局, person: 班长}\n"
          "results: {from: start, folder: {}}\n");
    write("products/flat/results/profile.yaml", "name: back\ntime_format: \"%Y-%m-%d %H:%M:%S\"\ntransport: {batch_max: 1, resend: idempotent}\n"
          "file: {directory: " + deployment + "out, staging: " + deployment + "staging, name: \"HF_{type}_{seq}.json\", format: json}\n"
          "common:\n  - {to: JJDBH, from: \"@numbers.zz-12315\", max: 64}\n  - {to: FLOWID, from: \"@ticket_no\", max: 64, required: true}\n"
          "kinds:\n  appeal: {type: SQ, rows: [{to: BT, from: title, max: 200, overflow: cut}]}\n"
          "  result: {type: JG, rows: [{to: CLJG, from: public_reply, max: 2000, overflow: cut}]}\n");
}

std::string flatItem(const std::string& number, const std::string& more) {
    return R"({"NO":")" + number + R"(","TIME":"2019-10-15 08:30:00","CLASS":"供热","TITLE":"室温不达标")" + more + "}";
}

std::vector<std::string> flatResults(const Federation& federation) {
    std::vector<std::string> texts;
    for (const auto& entry : std::filesystem::directory_iterator(federation.deployment() + "/out")) {
        std::ifstream in(entry.path(), std::ios::binary);
        texts.emplace_back(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
    }
    return texts;
}

}  // namespace yht::scenarios
