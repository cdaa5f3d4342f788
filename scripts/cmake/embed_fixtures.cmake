# SPDX-License-Identifier: MIT
# cmake -D FIXTURES=folder -D OUTPUT=file.cpp -P embed_fixtures.cmake
# Writes worlds, profiles and scenarios as C++ text: a program that takes it in needs no folder beside it.
file(
  GLOB_RECURSE files
  RELATIVE ${FIXTURES}
  ${FIXTURES}/worlds/*.json ${FIXTURES}/profiles/*.json ${FIXTURES}/scenarios/*.json)
list(SORT files)
set(text "// SPDX-License-Identifier: MIT\n// Written by scripts/cmake/embed_fixtures.cmake.\n")
string(APPEND text "#include \"embedded.h\"\n\nnamespace berth::conformance {\nnamespace {\n\n")
# A literal without that would count its bytes: all of them are more than clang counts while it compiles.
string(APPEND text "using std::string_view_literals::operator\"\"sv;\n\nconstexpr scenario::FixtureFile kFiles[] = {\n")
foreach(name IN LISTS files)
  file(READ ${FIXTURES}/${name} contents)
  string(APPEND text "    {\"${name}\", R\"berth(${contents})berth\"sv},\n")
endforeach()
string(APPEND text "};\n\n}  // namespace\n\n")
string(APPEND text "std::span<const scenario::FixtureFile> embedded_fixtures() { return kFiles; }\n\n")
string(APPEND text "}  // namespace berth::conformance\n")
file(WRITE ${OUTPUT} "${text}")
