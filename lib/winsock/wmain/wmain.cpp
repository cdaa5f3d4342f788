// SPDX-License-Identifier: MIT
//
// A main that calls the program's wmain, as the start-up code of a Windows console program does.
//
// Windows' compilers give wmain one symbol. Compilers on Linux mangle it where the program does not say
// extern "C", by its parameters; each spelling is a weak reference here, and the one that the program
// defines is called. The arguments are decoded from UTF-8; a byte that is not UTF-8 becomes U+FFFD.

#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

using Text = wchar_t**;

#define BERTH_WEAK_WMAIN(symbol) __asm__(symbol) __attribute__((weak))
extern "C" {
// Of C, and of C++ with extern "C": with or without parameters, which callers may pass in vain.
int berth_wmain_of_c(int, Text, Text) BERTH_WEAK_WMAIN("wmain");
// wmain()
int berth_wmain_without_arguments() BERTH_WEAK_WMAIN("_Z5wmainv");
// wmain(int, wchar_t**)
int berth_wmain_with_arguments(int, Text) BERTH_WEAK_WMAIN("_Z5wmainiPPw");
// wmain(int, const wchar_t**)
int berth_wmain_with_const_texts(int, Text) BERTH_WEAK_WMAIN("_Z5wmainiPPKw");
// wmain(int, const wchar_t* const*)
int berth_wmain_with_const_arguments(int, Text) BERTH_WEAK_WMAIN("_Z5wmainiPKPKw");
// wmain(int, wchar_t**, wchar_t**)
int berth_wmain_with_environment(int, Text, Text) BERTH_WEAK_WMAIN("_Z5wmainiPPwS0_");
// wmain(int, const wchar_t**, const wchar_t**)
int berth_wmain_with_const_environment(int, Text, Text) BERTH_WEAK_WMAIN("_Z5wmainiPPKwS1_");
}

namespace {

constexpr wchar_t kReplacement = 0xfffd;

// How many bytes the character that begins with `lead` has; 0 for a byte that begins none.
std::size_t length_after(unsigned char lead) {
  if (lead < 0x80) return 1;
  if (lead >= 0xc2 && lead < 0xe0) return 2;
  if (lead >= 0xe0 && lead < 0xf0) return 3;
  if (lead >= 0xf0 && lead < 0xf5) return 4;
  return 0;
}

bool is_scalar_value(char32_t character, std::size_t length) {
  constexpr char32_t kLeastOfLength[] = {0, 0, 0x80, 0x800, 0x10000};
  const bool is_surrogate = character >= 0xd800 && character < 0xe000;
  return character >= kLeastOfLength[length] && character < 0x110000 && !is_surrogate;
}

// Takes the first character off `bytes`.
wchar_t next_character(std::string_view& bytes) {
  const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(bytes[at]); };
  const std::size_t length = length_after(byte(0));
  if (length == 1) {
    const auto ascii = static_cast<wchar_t>(byte(0));
    bytes.remove_prefix(1);
    return ascii;
  }
  char32_t character = byte(0) & (0x7fU >> length);
  std::size_t at = 1;
  while (at < length && at < bytes.size() && (byte(at) & 0xc0) == 0x80) {
    character = character << 6 | (byte(at++) & 0x3fU);
  }
  const bool is_good = length != 0 && at == length && is_scalar_value(character, length);
  bytes.remove_prefix(is_good ? length : 1);
  return is_good ? static_cast<wchar_t>(character) : kReplacement;
}

std::wstring decoded(std::string_view bytes) {
  std::wstring text;
  while (!bytes.empty()) {
    text += next_character(bytes);
  }
  return text;
}

// Texts that a program may write to, ended by a null pointer, as argv and envp are.
class TextList {
 public:
  explicit TextList(const char* const* texts) {
    for (; *texts != nullptr; ++texts) {
      texts_.push_back(decoded(*texts));
    }
    for (std::wstring& text : texts_) {
      pointers_.push_back(text.data());
    }
    pointers_.push_back(nullptr);
  }

  Text pointers() { return pointers_.data(); }

 private:
  std::vector<std::wstring> texts_;
  std::vector<wchar_t*> pointers_;
};

int call_wmain(int count, Text arguments, Text environment) {
  if (berth_wmain_of_c) return berth_wmain_of_c(count, arguments, environment);
  if (berth_wmain_with_arguments) return berth_wmain_with_arguments(count, arguments);
  if (berth_wmain_with_const_texts) return berth_wmain_with_const_texts(count, arguments);
  if (berth_wmain_with_const_arguments) return berth_wmain_with_const_arguments(count, arguments);
  if (berth_wmain_with_environment) return berth_wmain_with_environment(count, arguments, environment);
  if (berth_wmain_with_const_environment) {
    return berth_wmain_with_const_environment(count, arguments, environment);
  }
  if (berth_wmain_without_arguments) return berth_wmain_without_arguments();
  std::fputs("berth::wmain is linked, but the program defines no wmain\n", stderr);
  return EXIT_FAILURE;
}

}  // namespace

int main(int argc, char** argv, char** envp) {
  TextList arguments(argv);
  TextList environment(envp);
  return call_wmain(argc, arguments.pointers(), environment.pointers());
}
